/** The embedded server could not do what was asked; the message says what a person can do about it. */
export class EmbeddedPostgresError extends Error {
  override readonly name = "EmbeddedPostgresError";
}
