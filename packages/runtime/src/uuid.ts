const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether something is a uuid as it is usually written; a database also reads others. */
export function isUuid(value: unknown): value is string {
  return typeof value === "string" && UUID.test(value);
}
