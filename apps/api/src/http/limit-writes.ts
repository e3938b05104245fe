import { AIConfigError } from "@ai-config/config-core";
import { createMiddleware } from "hono/factory";

import { addressBlock } from "./client-address.ts";
import { type ApiVariables, isSafe } from "./guard.ts";
import type { RequestLimiter } from "./request-limiter.ts";

const CALLS = "/api/trpc/";

/** Limits how much one account changes, or one address that nobody is signed in at. A batch counts each call. */
export function limitWrites(limiter: RequestLimiter) {
  return createMiddleware<{ Variables: ApiVariables }>(async (c, next) => {
    if (isSafe(c.req.method)) return next();
    const person = await c.var.authenticate();
    const who = person ? `account ${person.userId}` : `address ${addressBlock(c.var.address)}`;
    const retryAfterMs = await limiter.take(who, callsIn(c.req.path));
    if (retryAfterMs !== undefined) throw new AIConfigError("RATE_LIMITED", { retryAfterMs });
    return next();
  });
}

/** Their names stand in the path with commas between them, which may be written as escapes. */
function callsIn(path: string): number {
  return path.startsWith(CALLS) ? path.split(/,|%2c/i).length : 1;
}
