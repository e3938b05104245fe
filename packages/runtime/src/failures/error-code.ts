import { AIConfigError } from "@ai-config/config-core";
import { describeDatabaseError } from "@ai-config/db";

/** What a log may say about what a store failed with: neither statements nor values. */
export function errorCode(error: unknown): string {
  if (error instanceof AIConfigError) return error.code;
  const { sqlState, connection } = describeDatabaseError(error) ?? {};
  return sqlState ?? connection ?? "INTERNAL";
}
