/** What may be said about a failed statement: neither its text nor the values bound to it. */
export interface DatabaseErrorDescription {
  sqlState?: string;
  constraint?: string;
  table?: string;
  /** Why the server could not be reached, such as ECONNREFUSED. */
  connection?: string;
}

const connectionFailures = new Set([
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPIPE",
  "ETIMEDOUT",
]);

/** Every class of SQLSTATE there is, and our own, AC; five letters alone would also fit EPIPE. */
const sqlStatePattern = /^(?:[0-5][0-9A-Z]|AC|F0|HV|P0|XX)[0-9A-Z]{3}$/;

/** Connection lost, disk or other resources used up, shutting down or starting; and a primary that became a replica. */
const unavailablePattern = /^(?:08...|53...|57P..|58...|25006)$/;

/** Somebody else was in the way for too long: a lock, another transaction, or more work than a statement has time for. */
const overtakenPattern = /^(?:40001|40P01|55P03|57014|25P03)$/;

/** The SQLSTATE behind an error, however often it was wrapped. */
export function sqlStateOf(error: unknown): string | undefined {
  return describeDatabaseError(error)?.sqlState;
}

/** True when the statement may be fine and the database is what is missing. */
export function isDatabaseUnavailable(error: unknown): boolean {
  const { sqlState = "", connection } = describeDatabaseError(error) ?? {};
  return connection !== undefined || unavailablePattern.test(sqlState);
}

/** True when the same may well succeed in a moment, because what hindered it were others. */
export function wasOvertaken(error: unknown): boolean {
  return overtakenPattern.test(sqlStateOf(error) ?? "");
}

/**
 * What a log or an answer may say about a database error. The error itself must reach neither: Drizzle puts
 * the statement and the bound values into its message, PostgreSQL whole rows into its details.
 */
export function describeDatabaseError(error: unknown): DatabaseErrorDescription | undefined {
  for (let depth = 0; depth < 8 && typeof error === "object" && error !== null; depth++) {
    const { code, constraint_name, table_name, cause } = error as Record<string, unknown>;
    if (typeof code === "string" && sqlStatePattern.test(code)) {
      return {
        sqlState: code,
        ...(typeof constraint_name === "string" && { constraint: constraint_name }),
        ...(typeof table_name === "string" && { table: table_name }),
      };
    }
    if (typeof code === "string" && connectionFailures.has(code)) return { connection: code };
    error = cause;
  }
  return undefined;
}
