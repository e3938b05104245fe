import { AIConfigError, type ErrorCode } from "@ai-config/config-core";
import { isDatabaseUnavailable, sqlStateOf } from "@ai-config/db";

/** What the database means by a refusal. Everything else passes as it is and is a bug. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  "42501": "FORBIDDEN",
  "23503": "NOT_FOUND",
  P0002: "NOT_FOUND",
  "23001": "LAST_OWNER",
  "23505": "CONFIGURATION_EXISTS",
  "23514": "CONFIGURATION_INVALID",
  "54000": "CONFIGURATION_LIMIT",
  AC001: "CONFIGURATION_INVALID",
};

/** A whole class of refusals: values that no column takes, such as a number that is too long or text with NUL. */
const INVALID_VALUE = /^22/;

/**
 * Runs `work` and says in our words what the database refused. The database's own error goes along as the
 * cause only where it holds no values; one that tells of an absent database passes, so that readers can tell.
 */
export async function translateErrors<T>(
  work: () => Promise<T>,
  codes: Readonly<Record<string, ErrorCode>> = {},
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AIConfigError || isDatabaseUnavailable(error)) throw error;
    const sqlState = sqlStateOf(error);
    const code = sqlState === undefined ? undefined : (codes[sqlState] ?? meaningOf(sqlState));
    throw code === undefined ? error : new AIConfigError(code);
  }
}

function meaningOf(sqlState: string): ErrorCode | undefined {
  return CODES[sqlState] ?? (INVALID_VALUE.test(sqlState) ? "INPUT_INVALID" : undefined);
}
