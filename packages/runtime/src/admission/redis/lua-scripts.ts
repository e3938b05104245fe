import { createHash } from "node:crypto";

export interface LuaScript {
  readonly source: string;
  readonly sha: string;
}

/**
 * What all scripts begin with. `KEYS[1]` is the prefix, `ARGV[1]` the time for tests, else empty.
 *
 * Lua's numbers are doubles, so an amount is three whole numbers: dollars and twice fourteen decimal places. Sums of
 * such limbs stay far below 2^53, where doubles are exact. Written out, every amount has the same length, so that of
 * two texts the greater one is the greater amount.
 *
 * Keys after the prefix: `scope` (a hash: bucket, and spent, taken and alerts of each window), `slots` (of a scope:
 * running calls by the end of their lease), `lease` (a hash: what a call holds), `leases` (all by their end),
 * `settled` (of an id), `outbox`.
 */
const COMMON = `
local prefix = KEYS[1]

local function exact(number)
  return string.format('%.17g', number)
end

local now
if ARGV[1] == '' then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
else
  now = tonumber(ARGV[1])
end

local ZERO = '0000000000000.0000000000000000000000000000'
local LIMB = 100000000000000

local function add(a, b)
  local low = string.sub(a, 29) + string.sub(b, 29)
  local high = string.sub(a, 15, 28) + string.sub(b, 15, 28)
  local dollars = string.sub(a, 1, 13) + string.sub(b, 1, 13)
  if low >= LIMB then low = low - LIMB; high = high + 1 end
  if high >= LIMB then high = high - LIMB; dollars = dollars + 1 end
  return string.format('%013.0f.%014.0f%014.0f', dollars, high, low)
end

local function subtract(a, b)
  local low = string.sub(a, 29) - string.sub(b, 29)
  local high = string.sub(a, 15, 28) - string.sub(b, 15, 28)
  local dollars = string.sub(a, 1, 13) - string.sub(b, 1, 13)
  if low < 0 then low = low + LIMB; high = high - 1 end
  if high < 0 then high = high + LIMB; dollars = dollars - 1 end
  return string.format('%013.0f.%014.0f%014.0f', dollars, high, low)
end

local function scopeKey(scope)
  return prefix .. ':scope:' .. scope
end

local function slotsKey(scope)
  return prefix .. ':slots:' .. scope
end

-- Frees what a call holds. Answers whether it held anything.
local function release(id)
  local key = prefix .. ':lease:' .. id
  local lease = redis.call('HMGET', key, 'reserve', 'holds')
  redis.call('ZREM', prefix .. ':leases', id)
  if not lease[1] then return false end
  for _, held in ipairs(cjson.decode(lease[2])) do
    local scope = table.remove(held, 1)
    redis.call('ZREM', slotsKey(scope), id)
    for _, window in ipairs(held) do
      local taken = redis.call('HGET', scopeKey(scope), window .. ':taken')
      if taken then redis.call('HSET', scopeKey(scope), window .. ':taken', subtract(taken, lease[1])) end
    end
  end
  redis.call('DEL', key)
  return true
end

-- Frees the expired leases of a sorted set, at most \`limit\` of them.
local function freeExpired(set, limit)
  local freed = 0
  local ids = redis.call('ZRANGEBYSCORE', set, '-inf', exact(now), 'LIMIT', 0, limit)
  for _, id in ipairs(ids) do
    if release(id) then freed = freed + 1 end
    redis.call('ZREM', set, id)
  end
  return freed, #ids
end

local function freeAllExpired(scope)
  repeat
    local _, found = freeExpired(slotsKey(scope), 100)
  until found < 100
end

-- The window of now among those of a budget, or nothing.
local function windowOf(budget)
  for position, window in ipairs(budget.windows) do
    if window[2] <= now and now < window[3] then return window, position - 1 end
  end
end

-- Reads the counters of a scope into its budgets, whose windows are chosen.
local function load(scope)
  local names = { 'expires', 'empty', 'interval' }
  for _, budget in ipairs(scope.budgets) do
    local window = budget.window
    names[#names + 1] = window .. ':spent'
    names[#names + 1] = window .. ':taken'
    names[#names + 1] = window .. ':alerts'
  end
  local values = redis.call('HMGET', scopeKey(scope.key), unpack(names))
  scope.expires = tonumber(values[1] or 0)
  scope.empty, scope.interval = values[2], values[3]
  scope.changes = {}
  for index, budget in ipairs(scope.budgets) do
    budget.spent, budget.taken = values[index * 3 + 1] or ZERO, values[index * 3 + 2] or ZERO
    budget.alerted, budget.isNew = values[index * 3 + 3] or '|', not values[index * 3 + 2]
  end
end

local function change(scope, name, value)
  scope.changes[#scope.changes + 1] = name
  scope.changes[#scope.changes + 1] = value
end

-- Drops the windows that have passed for long, when a new one begins.
local function dropWindows(scope, keptMs)
  local names = {}
  for _, name in ipairs(redis.call('HKEYS', scopeKey(scope.key))) do
    local ends = string.match(name, '^%a+:%-?%d+:(%-?%d+):')
    if ends and ends + keptMs <= now then names[#names + 1] = name end
  end
  if #names > 0 then redis.call('HDEL', scopeKey(scope.key), unpack(names)) end
end

-- Writes what was changed, and lets the scope go when nothing of it counts any more.
local function save(scope, keptMs)
  if #scope.changes == 0 then return end
  local expires = scope.emptyAt and scope.emptyAt + 1000 or 0
  for _, budget in ipairs(scope.budgets) do
    expires = math.max(expires, budget.ends + keptMs)
    if budget.isNew and not scope.isTidy then
      dropWindows(scope, keptMs)
      scope.isTidy = true
    end
  end
  local isLater = expires > scope.expires
  if isLater then change(scope, 'expires', exact(expires)) end
  redis.call('HSET', scopeKey(scope.key), unpack(scope.changes))
  if isLater then redis.call('PEXPIREAT', scopeKey(scope.key), string.format('%.0f', expires)) end
  scope.changes = {}
end

-- Notes thresholds that are reached for the first time, as "budget:threshold:window:spent".
local function noteAlerts(alerts, scope, budget)
  for position, threshold in ipairs(budget.thresholds) do
    if threshold[1] > budget.spent then break end
    local mark = '|' .. threshold[2] .. '|'
    if not string.find(budget.alerted, mark, 1, true) then
      budget.alerted = budget.alerted .. threshold[2] .. '|'
      change(scope, budget.window .. ':alerts', budget.alerted)
      alerts[#alerts + 1] = table.concat({ budget.index, position - 1, budget.chosen, budget.spent }, ':')
    end
  end
end
`;

/** `ARGV`: now, id, reserve, lease, how long ended windows are kept, then one text of JSON for each scope. */
export const ADMIT = script(`
local id, reserve, leaseMs, keptMs = ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])

local leaseKey = prefix .. ':lease:' .. id
local known = redis.call('HMGET', leaseKey, 'ends', 'figures')
if known[1] then
  if tonumber(known[1]) > now then return { 'admitted', known[2], '' } end
  release(id)
end
if redis.call('EXISTS', prefix .. ':settled:' .. id) == 1 then return { 'settled' } end

local scopes, count = {}, 0
for position = 6, #ARGV do
  local scope = cjson.decode(ARGV[position])
  scopes[#scopes + 1] = scope
  for _, budget in ipairs(scope.budgets) do
    local window, chosen = windowOf(budget)
    if not window then return { 'no window', tostring(count) } end
    budget.index, budget.chosen, budget.window, budget.ends = count, chosen, window[1], window[3]
    count = count + 1
  end
end

local alerts = {}
for _, scope in ipairs(scopes) do
  freeAllExpired(scope.key)
  load(scope)
  if scope.rate then
    local empty, interval = tonumber(scope.empty or now), tonumber(scope.interval or scope.rate.interval)
    if interval ~= scope.rate.interval and empty > now then
      empty = now + (empty - now) / interval * scope.rate.interval
      change(scope, 'empty', exact(empty))
      change(scope, 'interval', exact(scope.rate.interval))
    end
    scope.emptyAt = math.max(empty, now)
  end
  for _, budget in ipairs(scope.budgets) do
    noteAlerts(alerts, scope, budget)
    budget.next = add(budget.taken, reserve)
  end
end
alerts = table.concat(alerts, ' ')

local function refuse(scopeIndex, limit, used, waitMs, budget)
  for _, scope in ipairs(scopes) do save(scope, keptMs) end
  local figures = budget and table.concat({ budget.index, budget.chosen, budget.spent, budget.taken }, ':') or ''
  return { 'refused', alerts, tostring(scopeIndex - 1), limit, used, string.format('%.0f', math.ceil(waitMs)), figures }
end

for index, scope in ipairs(scopes) do
  if scope.rate then
    local wait = scope.emptyAt - scope.rate.burst * scope.rate.interval - now
    if wait > 0 then
      local used = math.ceil((scope.emptyAt - now) / scope.rate.interval)
      return refuse(index, 'requestsPerMinute', string.format('%.0f', used), wait)
    end
  end
  if scope.concurrency then
    local used = redis.call('ZCARD', slotsKey(scope.key))
    if used >= scope.concurrency then
      local first = redis.call('ZRANGE', slotsKey(scope.key), 0, 0, 'WITHSCORES')
      local wait = first[2] and tonumber(first[2]) - now or leaseMs
      return refuse(index, 'concurrentRequests', tostring(used), wait)
    end
  end
  for _, budget in ipairs(scope.budgets) do
    if budget.isBlocking and budget.next > budget.limit then
      return refuse(index, budget.period, budget.taken, budget.ends - now, budget)
    end
  end
end

local ends = exact(now + leaseMs)
local holds, figures = {}, {}
for _, scope in ipairs(scopes) do
  local held = { scope.key }
  redis.call('ZADD', slotsKey(scope.key), ends, id)
  if scope.rate then
    scope.emptyAt = scope.emptyAt + scope.rate.interval
    change(scope, 'empty', exact(scope.emptyAt))
    change(scope, 'interval', exact(scope.rate.interval))
  end
  for _, budget in ipairs(scope.budgets) do
    held[#held + 1] = budget.window
    figures[#figures + 1] = table.concat({ budget.chosen, budget.spent, budget.next }, ':')
    change(scope, budget.window .. ':taken', budget.next)
  end
  save(scope, keptMs)
  holds[#holds + 1] = held
end
figures = table.concat(figures, ' ')
redis.call('ZADD', prefix .. ':leases', ends, id)
redis.call('HSET', leaseKey, 'ends', ends, 'reserve', reserve, 'holds', cjson.encode(holds), 'figures', figures)
return { 'admitted', figures, alerts }
`);

/** `ARGV`: now, id, cost, how long settled ids and ended windows are kept, the entry, the scopes as JSON. */
export const SETTLE = script(`
local id, cost, settledMs, keptMs = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5])

local isBooked = redis.call('SET', prefix .. ':settled:' .. id, '1', 'NX', 'PX', settledMs) and true or false
local wasLate, reserve = false, nil
if isBooked then
  local leaseKey = prefix .. ':lease:' .. id
  local lease = redis.call('HMGET', leaseKey, 'ends', 'reserve')
  wasLate = not lease[1] or tonumber(lease[1]) <= now
  if wasLate then
    release(id)
  else
    reserve = lease[2]
    redis.call('DEL', leaseKey)
    redis.call('ZREM', prefix .. ':leases', id)
  end
  redis.call('HSET', prefix .. ':outbox', id, ARGV[6])
end

local figures, alerts = {}, {}
for _, scope in ipairs(cjson.decode(ARGV[7])) do
  load(scope)
  for _, budget in ipairs(scope.budgets) do
    if isBooked then
      budget.spent, budget.taken = add(budget.spent, cost), add(budget.taken, cost)
      if reserve and not budget.isNew then budget.taken = subtract(budget.taken, reserve) end
      change(scope, budget.window .. ':spent', budget.spent)
      change(scope, budget.window .. ':taken', budget.taken)
      noteAlerts(alerts, scope, budget)
    end
    figures[#figures + 1] = '0:' .. budget.spent .. ':' .. budget.taken
  end
  if reserve then redis.call('ZREM', slotsKey(scope.key), id) end
  save(scope, keptMs)
end
return { isBooked and '1' or '0', wasLate and '1' or '0', table.concat(figures, ' '), table.concat(alerts, ' ') }
`);

/** `ARGV`: now, lease, then ids. */
export const RENEW = script(`
local ends = now + tonumber(ARGV[2])
local held = {}
for position = 3, #ARGV do
  local id = ARGV[position]
  local key = prefix .. ':lease:' .. id
  local lease = redis.call('HMGET', key, 'ends', 'holds')
  if lease[1] and tonumber(lease[1]) > now then
    held[#held + 1] = id
    if ends > tonumber(lease[1]) then
      redis.call('HSET', key, 'ends', exact(ends))
      redis.call('ZADD', prefix .. ':leases', exact(ends), id)
      for _, hold in ipairs(cjson.decode(lease[2])) do
        redis.call('ZADD', slotsKey(hold[1]), exact(ends), id)
      end
    end
  end
end
return held
`);

/** `ARGV`: now, how many at most. Answers how many were freed and how many were found. */
export const SWEEP = script(`
local freed, found = freeExpired(prefix .. ':leases', tonumber(ARGV[2]))
return { tostring(freed), tostring(found) }
`);

/** `ARGV`: now, then one text of JSON for each scope. */
export const STATUS = script(`
local figures = {}
for position = 2, #ARGV do
  local scope = cjson.decode(ARGV[position])
  freeAllExpired(scope.key)
  for _, budget in ipairs(scope.budgets) do
    local window, chosen = windowOf(budget)
    if not window then return { 'no window', tostring(#figures) } end
    budget.window, budget.chosen = window[1], chosen
  end
  load(scope)
  for _, budget in ipairs(scope.budgets) do
    figures[#figures + 1] = table.concat({ budget.chosen, budget.spent, budget.taken }, ':')
  end
end
return { 'figures', table.concat(figures, ' ') }
`);

function script(body: string): LuaScript {
  const source = COMMON + body;
  return { source, sha: createHash("sha1").update(source).digest("hex") };
}
