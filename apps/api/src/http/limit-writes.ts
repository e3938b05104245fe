import { AIConfigError } from "@ai-config/config-core";
import { createMiddleware } from "hono/factory";

import { addressBlock } from "./client-address.ts";
import { type ApiVariables, isSafe } from "./guard.ts";
import type { RequestLimiter } from "./request-limiter.ts";

const CALLS = "/api/trpc/";

/** Limits how much one account or token changes, or one address that nobody is signed in at. A batch counts each call. */
export function limitWrites(limiter: RequestLimiter) {
  return createMiddleware<{ Variables: ApiVariables }>(async (c, next) => {
    if (isSafe(c.req.method)) return next();
    const who =
      (isSigningUp(c.req.path) ? undefined : await whoCalls(c.var)) ??
      `address ${addressBlock(c.var.address)}`;
    const retryAfterMs = await limiter.take(who, callsIn(c.req.path));
    if (retryAfterMs !== undefined) throw new AIConfigError("RATE_LIMITED", { retryAfterMs });
    return next();
  });
}

async function whoCalls({ authenticate, authenticateToken }: ApiVariables): Promise<string | undefined> {
  const token = await authenticateToken();
  if (token !== null) return `token ${token.tokenId}`;
  const person = await authenticate();
  return person === null ? undefined : `account ${person.userId}`;
}

/** Whoever signs up has no account yet to be counted under. */
function isSigningUp(path: string): boolean {
  return path.startsWith("/api/auth/sign-up/");
}

/** Their names stand in the path with commas between them, which may be written as escapes. */
function callsIn(path: string): number {
  return path.startsWith(CALLS) ? path.split(/,|%2c/i).length : 1;
}
