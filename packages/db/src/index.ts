export { checkApplicationRole } from "./application-role.ts";
export type { Actor, Database, Db, Listener, SqlClient } from "./client.ts";
export { type ConnectOptions, connect } from "./connect.ts";
export { type MigrateOptions, migrate } from "./migrate.ts";
export {
  type DatabaseErrorDescription,
  describeDatabaseError,
  isDatabaseUnavailable,
  sqlStateOf,
} from "./sql-state.ts";
