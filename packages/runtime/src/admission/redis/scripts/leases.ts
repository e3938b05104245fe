/** What running calls hold, in the scopes that they count in. */
export const LEASES = `
local function scopeKey(scope)
  return prefix .. ':scope:' .. scope
end

local function slotsKey(scope)
  return prefix .. ':slots:' .. scope
end

-- Whether a text of words has this one.
local function lists(words, word)
  return string.find(' ' .. words .. ' ', ' ' .. word .. ' ', 1, true) ~= nil
end

-- Frees what a call holds. Answers whether it held anything.
local function release(id)
  local key = prefix .. ':lease:' .. id
  local lease = call('HMGET', key, 'reserve', 'holds')
  call('ZREM', prefix .. ':leases', id)
  if not lease[1] then return false end
  for hold in gmatch(lease[2], '[^;]+') do
    local scope
    for name in gmatch(hold, '%S+') do
      if not scope then
        scope = name
        call('ZREM', slotsKey(scope), id)
      else
        local counters = call('HGET', scopeKey(scope), name)
        if counters then
          local spent = sub(counters, 1, 44)
          local taken = free(sub(counters, 45, 88), lease[1], spent)
          call('HSET', scopeKey(scope), name, spent .. taken .. sub(counters, 89))
        end
      end
    end
  end
  call('DEL', key)
  return true
end

-- Frees the expired leases of a sorted set, at most \`limit\` of them.
local function freeExpired(set, limit)
  local freed = 0
  local ids = call('ZRANGEBYSCORE', set, '-inf', exact(now), 'LIMIT', 0, limit)
  for _, id in ipairs(ids) do
    if release(id) then freed = freed + 1 end
    call('ZREM', set, id)
  end
  return freed, #ids
end
`;
