import { sqlStateOf } from "@ai-config/db";

/** What keeps the product from starting until somebody changes a setting. Says which, and never a secret. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/** What the database means when it refuses a login; everything else stays as it is. */
export function explainLogin(error: unknown, variable: string): unknown {
  switch (sqlStateOf(error)) {
    case "28P01":
    case "28000":
      return new StartError(`${variable}: the database refused the login. Correct its user and password.`);
    case "3D000":
      return new StartError(`${variable}: the server has no such database. Create it, or correct the name.`);
    case "42501":
      return variable === "MIGRATION_DATABASE_URL"
        ? new StartError(
            `${variable}: its user may not change the schema. Connect as the owner of the schema.`,
          )
        : error;
    default:
      return error;
  }
}
