import { AIConfigError } from "@ai-config/config-core";
import { isDatabaseUnavailable, wasOvertaken } from "@ai-config/db";

import { translateErrors } from "./translate-errors.ts";

/** One read that has nothing to fall back to when the database is away. */
export async function runRead<T>(work: () => Promise<T>): Promise<T> {
  try {
    // What one may not see does not exist.
    return await translateErrors(work, { "42501": "NOT_FOUND" });
  } catch (error) {
    // Without the cause, which holds the statement and its values.
    throw wasOvertaken(error) || isDatabaseUnavailable(error)
      ? new AIConfigError("DATABASE_UNAVAILABLE")
      : error;
  }
}
