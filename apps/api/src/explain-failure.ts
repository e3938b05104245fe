import { AIConfigError, ERROR_CATALOGUE } from "@ai-config/config-core";
import { describeDatabaseError, isDatabaseUnavailable } from "@ai-config/db";

import { EnvError } from "./env.ts";
import { StartError } from "./start-error.ts";

/** The exit code for a configuration error, as sysexits.h has it: starting again changes nothing. */
export const EX_CONFIG = 78;

/** What ends a process: a sentence for the person at the terminal, and the exit code for what started it. */
export interface Failure {
  readonly sentence: string;
  readonly exitCode: number;
}

/** Of a database's error it tells neither the statement nor its values. */
export function explainFailure(error: unknown): Failure {
  const database = describeDatabaseError(error);
  if (database !== undefined && isDatabaseUnavailable(error)) {
    const reason = database.connection ?? database.sqlState;
    return { sentence: `${ERROR_CATALOGUE.DATABASE_UNAVAILABLE.message} (${reason})`, exitCode: 1 };
  }
  if (database !== undefined) {
    return { sentence: `The database refused to work: ${JSON.stringify(database)}`, exitCode: 1 };
  }
  const isSetting = [EnvError, StartError, AIConfigError].some((kind) => error instanceof kind);
  return {
    sentence: error instanceof Error ? error.message : String(error),
    exitCode: isSetting ? EX_CONFIG : 1,
  };
}
