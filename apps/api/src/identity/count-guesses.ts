import type { Database } from "@ai-config/db";

import { createRequestLimiter, type RequestLimiter } from "../http/request-limiter.ts";

/** How the identity library asks whether somebody may try once more. */
interface GuessCounter {
  consume(
    who: string,
    rule: { max: number; window: number },
  ): Promise<{ allowed: boolean; retryAfter: number | null }>;
}

/** Counts tries of passwords and codes as any other request is counted: in all processes, by the database's clock. */
export function countGuesses(database: Pick<Database, "db">): GuessCounter {
  const limiters = new Map<string, RequestLimiter>();

  function limiterOf({ max, window }: { max: number; window: number }): RequestLimiter {
    const name = `${max}/${window}`;
    const limiter = limiters.get(name) ?? createRequestLimiter(database, max, window);
    limiters.set(name, limiter);
    return limiter;
  }

  return {
    consume: async (who, rule) => {
      const wait = await limiterOf(rule).take(`guesses ${who}`, 1);
      return { allowed: wait === undefined, retryAfter: wait === undefined ? null : Math.ceil(wait / 1_000) };
    },
  };
}
