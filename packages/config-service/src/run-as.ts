import { setTimeout as sleep } from "node:timers/promises";

import { AIConfigError, type ErrorCode } from "@ai-config/config-core";
import {
  type Actor,
  type ActorDb,
  asActor,
  isDatabaseUnavailable,
  sqlStateOf,
  wasOvertaken,
} from "@ai-config/db";

import type { ServiceContext } from "./context.ts";
import { translateErrors } from "./translate-errors.ts";

const ATTEMPTS_MAX = 4;
/** Serialization failure and deadlock: the same transaction may well pass the next time. */
const WORTH_REPEATING = new Set(["40001", "40P01"]);

export interface RunOptions {
  /** Goes into the audit. */
  reason?: string | undefined;
  /** What a refusal by the database means here, by SQLSTATE. */
  codes?: Readonly<Record<string, ErrorCode>>;
}

/**
 * One transaction as `actor`, repeated where it lost against others. Everything that writes goes through here:
 * unlike reading it fails when the database is away.
 */
export async function runAs<T>(
  ctx: Pick<ServiceContext, "database">,
  actor: Actor,
  work: (tx: ActorDb) => Promise<T>,
  { reason, codes }: RunOptions = {},
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const run = () => asActor(ctx.database, actor, work, reason === undefined ? {} : { reason });
      return await translateErrors(run, codes);
    } catch (error) {
      const isWorthRepeating = WORTH_REPEATING.has(sqlStateOf(error) ?? "");
      if (isWorthRepeating && attempt < ATTEMPTS_MAX) {
        await sleep(Math.random() * 20 * 2 ** attempt);
        continue;
      }
      // Without the cause, which holds the statement and its values.
      if (wasOvertaken(error) || isDatabaseUnavailable(error))
        throw new AIConfigError("DATABASE_UNAVAILABLE");
      throw error;
    }
  }
}
