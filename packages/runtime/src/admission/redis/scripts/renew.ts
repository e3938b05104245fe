import { luaScript } from "./lua-script.ts";

/** `ARGV`: now, lease, then ids. */
export const RENEW = luaScript(`
local ends = now + tonumber(ARGV[2])
local held = {}
for position = 3, #ARGV do
  local id = ARGV[position]
  local key = prefix .. ':lease:' .. id
  local lease = call('HMGET', key, 'ends', 'holds')
  if lease[1] and tonumber(lease[1]) > now then
    held[#held + 1] = id
    if ends > tonumber(lease[1]) then
      call('HSET', key, 'ends', exact(ends))
      call('ZADD', prefix .. ':leases', exact(ends), id)
      for hold in gmatch(lease[2], '[^;]+') do
        call('ZADD', slotsKey(match(hold, '^%S+')), exact(ends), id)
      end
    end
  end
end
return held
`);
