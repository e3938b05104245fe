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
    const { path } = c.req;
    const calls = path.startsWith(CALLS) ? path.slice(CALLS.length).split(",").length : 1;
    const retryAfterMs = await limiter.take(who, calls);
    if (retryAfterMs !== undefined) throw new AIConfigError("RATE_LIMITED", { retryAfterMs });
    return next();
  });
}
