import { luaScript } from "./lua-script.ts";

/** `ARGV`: now, how many at most. Answers how many were freed and how many were found. */
export const SWEEP = luaScript(`
local freed, found = freeExpired(prefix .. ':leases', tonumber(ARGV[2]))
return { tostring(freed), tostring(found) }
`);
