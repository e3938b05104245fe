import { createHash } from "node:crypto";

import { ALERTS } from "./alerts.ts";
import { AMOUNTS } from "./amounts.ts";
import { COUNTERS } from "./counters.ts";
import { LEASES } from "./leases.ts";
import { LIMITS } from "./limits.ts";
import { NEW_WINDOWS } from "./new-windows.ts";

export interface LuaScript {
  readonly source: string;
  readonly sha: string;
}

/**
 * What all scripts begin with. `KEYS[1]` is the prefix, `ARGV[1]` the time for tests, else empty.
 *
 * Keys after the prefix: `scope` (a hash: bucket, the names of its windows, and for each spent, taken and alerts in one
 * text), `slots` (of a scope: running calls by the end of their lease), `lease` (a hash: what a call holds), `leases`
 * (all by their end), `settled` (of an id), `opening` (of a scope, a hash: the words of windows that are about to be
 * counted), `outbox`. A window is named "daily:start:end".
 */
const START = `
local prefix = KEYS[1]
local call, sub, format, match, gmatch = redis.call, string.sub, string.format, string.match, string.gmatch

local now
if ARGV[1] == '' then
  local time = call('TIME')
  now = time[1] * 1000 + time[2] / 1000
else
  now = tonumber(ARGV[1])
end
`;

const COMMON = [START, AMOUNTS, LEASES, LIMITS, COUNTERS, NEW_WINDOWS, ALERTS].join("");

/** A script of the store, with the functions that all share before it. */
export function luaScript(body: string): LuaScript {
  const source = COMMON + body;
  return { source, sha: createHash("sha1").update(source).digest("hex") };
}
