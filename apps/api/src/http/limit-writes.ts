import { AIConfigError } from "@ai-config/config-core";
import type { Database } from "@ai-config/db";
import { createMiddleware } from "hono/factory";

import { addressBlock } from "./client-address.ts";
import { type ApiVariables, isSafe } from "./guard.ts";
import { createRequestLimiter, type RequestLimiter } from "./request-limiter.ts";

const CALLS = "/api/trpc/";

/** Far more than a person or a careful script changes, far less than it takes to be a burden. */
const WRITES_PER_MINUTE = 240;
/** So many callers may do at one address what one may do: an office behind one line, and no crowd of made-up accounts. */
const CALLERS_AT_AN_ADDRESS = 10;

/** How much may be changed by one caller, and from one address by all that call there. */
export interface WriteLimits {
  readonly ofCaller: RequestLimiter;
  readonly ofAddress: RequestLimiter;
}

/** Connected with the role that may reach the identity tables. */
export function createWriteLimits(
  database: Pick<Database, "db">,
  perMinute: number = WRITES_PER_MINUTE,
): WriteLimits {
  return {
    ofCaller: createRequestLimiter(database, perMinute),
    ofAddress: createRequestLimiter(database, perMinute * CALLERS_AT_AN_ADDRESS),
  };
}

/**
 * Limits how much one account or token changes, one address that nobody is signed in at, and all at one address
 * together. A batch counts each call.
 */
export function limitWrites({ ofCaller, ofAddress }: WriteLimits) {
  return createMiddleware<{ Variables: ApiVariables }>(async (c, next) => {
    if (isSafe(c.req.method)) return next();
    const address = `address ${addressBlock(c.var.address)}`;
    const caller = isSigningUp(c.req.path) ? undefined : await whoCalls(c.var);
    const calls = callsIn(c.req.path);
    const retryAfterMs =
      (await ofCaller.take(caller ?? address, calls)) ?? (await ofAddress.take(`all at ${address}`, calls));
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
