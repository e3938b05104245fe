import { type Database, requestLimits } from "@ai-config/db";
import { RateLimiterDrizzle, RateLimiterRes } from "rate-limiter-flexible";

/** Far more than a person or a careful script changes, far less than it takes to be a burden. */
export const WRITES_PER_MINUTE = 240;

/** Counts what somebody asks for, in all processes together. */
export interface RequestLimiter {
  /** Takes so many calls from what `who` has left. Answers how many milliseconds to wait, or undefined. */
  take(who: string, calls: number): Promise<number | undefined>;
}

/** Counts in the database, connected with the role that may reach the identity tables. */
export function createRequestLimiter(
  database: Database,
  points = WRITES_PER_MINUTE,
  seconds = 60,
): RequestLimiter {
  const limiter = new RateLimiterDrizzle({
    storeClient: database.db,
    schema: requestLimits,
    keyPrefix: "",
    points,
    duration: seconds,
    // Who is over the limit costs the database nothing more until their time is over.
    inMemoryBlockOnConsumed: points,
  });
  return {
    take: async (who, calls) => {
      try {
        await limiter.consume(who, calls);
        return undefined;
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) return Math.max(refusal.msBeforeNext, 1);
        throw refusal;
      }
    },
  };
}
