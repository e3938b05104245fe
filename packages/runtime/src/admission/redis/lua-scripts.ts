import { createHash } from "node:crypto";

export interface LuaScript {
  readonly source: string;
  readonly sha: string;
}

/**
 * What all scripts begin with. `KEYS[1]` is the prefix, `ARGV[1]` the time for tests, else empty.
 *
 * Lua's numbers are doubles, so an amount is three whole numbers: dollars and twice fourteen decimal places. Sums of
 * such limbs stay far below 2^53, where doubles are exact. Written out, every amount has 44 characters, so that of two
 * texts the greater one is the greater amount.
 *
 * Keys after the prefix: `scope` (a hash: bucket, the names of its windows, and for each spent, taken and alerts in one text), `slots` (of
 * a scope: running calls by the end of their lease), `lease` (a hash: what a call holds), `leases` (all by their end),
 * `settled` (of an id), `opening` (of a window that is about to be counted), `outbox`. A window is named "daily:start:end".
 */
const COMMON = `
local prefix = KEYS[1]
local call, sub, format, match, gmatch = redis.call, string.sub, string.format, string.match, string.gmatch

local now
if ARGV[1] == '' then
  local time = call('TIME')
  now = time[1] * 1000 + time[2] / 1000
else
  now = tonumber(ARGV[1])
end

local function exact(number)
  return format('%.17g', number)
end

local LIMB = 100000000000000

local function add(a, b)
  local dollars, high, low = sub(a, 1, 15) + sub(b, 1, 15), sub(a, 17, 30) + sub(b, 17, 30), sub(a, 31) + sub(b, 31)
  if low >= LIMB then low = low - LIMB; high = high + 1 end
  if high >= LIMB then high = high - LIMB; dollars = dollars + 1 end
  return format('%015d.%014d%014d', dollars, high, low)
end

local function subtract(a, b)
  local dollars, high, low = sub(a, 1, 15) - sub(b, 1, 15), sub(a, 17, 30) - sub(b, 17, 30), sub(a, 31) - sub(b, 31)
  if low < 0 then low = low + LIMB; high = high - 1 end
  if high < 0 then high = high + LIMB; dollars = dollars - 1 end
  return format('%015d.%014d%014d', dollars, high, low)
end

-- What stays taken without a reservation: never less than is spent, should the server have forgotten that it was made.
local function free(taken, reserve, spent)
  local rest = subtract(taken, reserve)
  return rest < spent and spent or rest
end

local NOTHING = '000000000000000.0000000000000000000000000000'

-- Whether a window holds a moment.
local function isOpen(window, at)
  local starts, ends = match(window, ':(%-?%d+):(%-?%d+)$')
  return starts and at and tonumber(starts) <= at and at < tonumber(ends)
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

-- Reads the limits of a scope: its name, burst, interval, slots, and for each budget its period, limit, whether it
-- blocks, thresholds and windows. Answers nothing where no window is of now, else the scope and its number of budgets.
local function readScope(text, index)
  local given = cjson.decode(text)
  local scope = { name = given[1], burst = given[2], interval = given[3], slots = given[4], budgets = {} }
  for position = 5, #given do
    local details = given[position]
    local budget = {
      scope = scope.name, index = index + position - 5, period = details[1], limit = details[2], isBlocking = details[3],
      thresholds = details[4],
    }
    for choice = 5, #details do
      local starts, ends = match(details[choice], ':(%-?%d+):(%-?%d+)$')
      ends = tonumber(ends)
      if tonumber(starts) <= now and now < ends then
        budget.window, budget.chosen, budget.ends = details[choice], choice - 5, ends
        break
      end
    end
    if not budget.window then return nil, budget.index end
    scope.budgets[#scope.budgets + 1] = budget
  end
  return scope, index + #given - 4
end

-- Reads the limits that the arguments from \`first\` on are. Answers nothing and the place of a budget whose window is not
-- of now, else the scopes.
local function readScopes(first)
  local scopes, count = {}, 0
  for position = first, #ARGV do
    local scope
    scope, count = readScope(ARGV[position], count)
    if not scope then return nil, tostring(count) end
    scopes[#scopes + 1] = scope
  end
  return scopes
end

-- Reads what is counted for a scope, after what has expired is freed. A window that is not counted yet is new. Windows
-- that are counted and open at \`at\`, but named by no budget, are beside: a call counts in them, too, so that one that is
-- named again later has missed nothing.
local function load(scope, at)
  local slots = slotsKey(scope.name)
  repeat
    local _, found = freeExpired(slots, 100)
  until found < 100
  local names, isNamed = { 'expires', 'bucket', 'windows' }, {}
  for index, budget in ipairs(scope.budgets) do
    names[index + 3] = budget.window
    isNamed[budget.window] = true
  end
  local values = call('HMGET', scopeKey(scope.name), unpack(names))
  scope.expires, scope.bucket, scope.changes = tonumber(values[1] or 0), values[2], {}
  scope.windows, scope.beside = values[3] or '', {}
  for index, budget in ipairs(scope.budgets) do
    local counters = values[index + 3]
    if counters then
      budget.spent, budget.taken, budget.alerts = sub(counters, 1, 44), sub(counters, 45, 88), sub(counters, 89)
      -- A process of before wrote no names.
      budget.isUnlisted = not string.find(' ' .. scope.windows .. ' ', ' ' .. budget.window .. ' ', 1, true)
    else
      budget.isNew = true
    end
  end
  for name in gmatch(scope.windows, '%S+') do
    if not isNamed[name] and isOpen(name, at) then
      local counters = call('HGET', scopeKey(scope.name), name)
      if counters then
        scope.beside[#scope.beside + 1] = {
          window = name, ends = tonumber(match(name, '%-?%d+$')), spent = sub(counters, 1, 44), taken = sub(counters, 45, 88),
          alerts = sub(counters, 89),
        }
      end
    end
  end
end

-- What runs of a scope and was admitted in a window, as a sum of reservations; it joins the window where that is to be counted.
local function reservedIn(budget, isJoining)
  local sum = NOTHING
  for _, id in ipairs(call('ZRANGE', slotsKey(budget.scope), 0, -1)) do
    local key = prefix .. ':lease:' .. id
    local lease = call('HMGET', key, 'reserve', 'holds', 'at')
    if lease[1] and isOpen(budget.window, tonumber(lease[3] or '')) then
      sum = add(sum, lease[1])
      if isJoining then
        local holds = {}
        for hold in gmatch(lease[2], '[^;]+') do
          -- It is there already where the server forgot what was counted.
          local isIn = string.find(hold .. ' ', ' ' .. budget.window .. ' ', 1, true)
          if match(hold, '^%S+') == budget.scope and not isIn then hold = hold .. ' ' .. budget.window end
          holds[#holds + 1] = hold
        end
        call('HSET', key, 'holds', table.concat(holds, ';'))
      end
    end
  end
  return sum
end

-- Holds, by window, the words under which the ledger was asked what the windows of a scope begin with, each until something
-- is settled there meanwhile, under whichever limits.
local function openingKey(scope)
  return prefix .. ':opening:' .. scope
end

-- Reads what is counted for all scopes and begins their new windows with what \`opening\` tells of them. Names the windows
-- that it was not told of, as "budget:window:word", and begins none then.
local function loadOpened(scopes, opening, word)
  local untold, opened = {}, {}
  for _, scope in ipairs(scopes) do
    load(scope, now)
    for _, budget in ipairs(scope.budgets) do
      if budget.isNew then
        local told, key = opening[budget.scope .. ' ' .. budget.window], openingKey(budget.scope)
        local current = call('HGET', key, budget.window)
        if told and told[1] == current then
          opened[#opened + 1] = { key = key, budget = budget }
          budget.spent, budget.alerts, budget.isChanged = told[2], '|', true
        else
          if not current then
            call('HSET', key, budget.window, word)
            call('PEXPIRE', key, 600000)
          end
          untold[#untold + 1] = table.concat({ budget.index, budget.chosen, current or word }, ':')
        end
      end
    end
  end
  if #untold > 0 then return table.concat(untold, ' ') end
  for _, one in ipairs(opened) do
    call('HDEL', one.key, one.budget.window)
    one.budget.taken = add(one.budget.spent, reservedIn(one.budget, true))
  end
end

-- The window of a budget, and what is counted in it.
local function figuresOf(budget)
  return budget.spent and budget.chosen .. ':' .. budget.spent .. ':' .. budget.taken or tostring(budget.chosen)
end

-- The windows of a scope that are kept, after those that have passed for long are dropped.
local function keptWindows(scope, keptMs)
  local kept = {}
  for name in gmatch(scope.windows, '%S+') do
    local ends = match(name, ':(%-?%d+)$')
    if ends and ends + keptMs <= now then
      call('HDEL', scopeKey(scope.name), name)
    else
      kept[#kept + 1] = name
    end
  end
  return kept
end

-- Writes what was changed, and lets the scope go when nothing of it counts any more.
local function save(scope, keptMs)
  local changes, made = scope.changes, {}
  local expires = scope.emptyAt and scope.emptyAt + 1000 or 0
  local function note(counted)
    changes[#changes + 1] = counted.window
    changes[#changes + 1] = counted.spent .. counted.taken .. counted.alerts
    expires = math.max(expires, counted.ends + keptMs)
  end
  for _, budget in ipairs(scope.budgets) do
    if budget.isChanged then
      note(budget)
      if budget.isNew or budget.isUnlisted then made[#made + 1] = budget.window end
    end
  end
  for _, counted in ipairs(scope.beside) do
    if counted.isChanged then note(counted) end
  end
  if #changes == 0 then return end
  if #made > 0 then
    local kept = keptWindows(scope, keptMs)
    for _, name in ipairs(made) do kept[#kept + 1] = name end
    changes[#changes + 1] = 'windows'
    changes[#changes + 1] = table.concat(kept, ' ')
  end
  if expires > scope.expires then
    -- Not each call may make it a little later.
    expires = expires + 60000
    changes[#changes + 1] = 'expires'
    changes[#changes + 1] = exact(expires)
    call('HSET', scopeKey(scope.name), unpack(changes))
    call('PEXPIREAT', scopeKey(scope.name), format('%.0f', expires))
  else
    call('HSET', scopeKey(scope.name), unpack(changes))
  end
end

-- Notes thresholds that are reached for the first time, as "budget:threshold:window:spent", and puts them into the outbox.
local function noteAlerts(alerts, budget)
  if budget.thresholds == '' or sub(budget.thresholds, 1, 44) > budget.spent then return end
  local position = 0
  for dueAt, name in gmatch(budget.thresholds, '(%S+)=(%S+)') do
    if dueAt > budget.spent then break end
    if not string.find(budget.alerts, '|' .. name .. '|', 1, true) then
      budget.alerts, budget.isChanged = budget.alerts .. name .. '|', true
      local field = table.concat({ 'alert', budget.scope, budget.window, name }, ' ')
      call('HSET', prefix .. ':outbox', field, exact(now) .. ' ' .. budget.spent)
      alerts[#alerts + 1] = table.concat({ budget.index, position, budget.chosen, budget.spent }, ':')
    end
    position = position + 1
  end
end
`;

/**
 * `ARGV`: now, id, reserve, lease, how long ended windows are kept, JSON of what was spent in new windows before they are
 * counted, by "scope window" with the word under which it was asked for, a word that was never used, then a text of
 * JSON for each scope. Names the new windows that it was not told of, as "budget:window:word", and counts nothing then.
 * What was told is not taken where a call was settled in its window since the word was given: that call may be in the
 * told sum or not.
 */
export const ADMIT = script(`
local id, reserve, leaseMs, keptMs = ARGV[2], ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5])
local opening, word = cjson.decode(ARGV[6]), ARGV[7]

local leaseKey = prefix .. ':lease:' .. id
local known = call('HMGET', leaseKey, 'ends', 'figures')
if known[1] then
  if tonumber(known[1]) > now then return { 'admitted', known[2], '' } end
  release(id)
end
if call('EXISTS', prefix .. ':settled:' .. id) == 1 then return { 'settled' } end

local scopes, misfit = readScopes(8)
if not scopes then return { 'no window', misfit } end
local untold = loadOpened(scopes, opening, word)
if untold then return { 'new windows', untold } end

local alerts = {}
for _, scope in ipairs(scopes) do
  if scope.interval then
    local emptyAt, interval = now, scope.interval
    if scope.bucket then
      emptyAt, interval = match(scope.bucket, '(%S+) (%S+)')
      emptyAt, interval = math.max(tonumber(emptyAt), now), tonumber(interval)
    end
    if interval ~= scope.interval and emptyAt > now then
      emptyAt = now + (emptyAt - now) / interval * scope.interval
      scope.changes = { 'bucket', exact(emptyAt) .. ' ' .. exact(scope.interval) }
    end
    scope.emptyAt = emptyAt
  end
  for _, budget in ipairs(scope.budgets) do noteAlerts(alerts, budget) end
end
alerts = table.concat(alerts, ' ')

local function refuse(scopeIndex, limit, used, waitMs, budget)
  for _, scope in ipairs(scopes) do save(scope, keptMs) end
  local figures = budget and table.concat({ budget.index, budget.chosen, budget.spent, budget.taken }, ':') or ''
  return { 'refused', alerts, tostring(scopeIndex - 1), limit, used, format('%.0f', math.ceil(waitMs)), figures }
end

for index, scope in ipairs(scopes) do
  if scope.interval then
    local wait = scope.emptyAt - scope.burst * scope.interval - now
    if wait > 0 then
      local used = math.ceil((scope.emptyAt - now) / scope.interval)
      return refuse(index, 'requestsPerMinute', format('%.0f', used), wait)
    end
  end
  if scope.slots then
    local used = call('ZCARD', slotsKey(scope.name))
    if used >= scope.slots then
      local first = call('ZRANGE', slotsKey(scope.name), 0, 0, 'WITHSCORES')
      local wait = first[2] and tonumber(first[2]) - now or leaseMs
      return refuse(index, 'concurrentRequests', tostring(used), wait)
    end
  end
  for _, budget in ipairs(scope.budgets) do
    budget.next = add(budget.taken, reserve)
    if budget.isBlocking and budget.next > budget.limit then
      return refuse(index, budget.period .. 'Budget', budget.taken, budget.ends - now, budget)
    end
  end
end

local ends = exact(now + leaseMs)
local holds, figures = {}, {}
for _, scope in ipairs(scopes) do
  call('ZADD', slotsKey(scope.name), ends, id)
  if scope.interval then
    scope.emptyAt = scope.emptyAt + scope.interval
    scope.changes = { 'bucket', exact(scope.emptyAt) .. ' ' .. exact(scope.interval) }
  end
  local hold = scope.name
  for _, budget in ipairs(scope.budgets) do
    budget.taken, budget.isChanged = budget.next, true
    hold = hold .. ' ' .. budget.window
    figures[#figures + 1] = figuresOf(budget)
  end
  for _, counted in ipairs(scope.beside) do
    counted.taken, counted.isChanged = add(counted.taken, reserve), true
    hold = hold .. ' ' .. counted.window
  end
  holds[#holds + 1] = hold
  save(scope, keptMs)
end
figures = table.concat(figures, ' ')
call('ZADD', prefix .. ':leases', ends, id)
call('HSET', leaseKey, 'ends', ends, 'at', exact(now), 'reserve', reserve, 'holds', table.concat(holds, ';'), 'figures', figures)
return { 'admitted', figures, alerts }
`);

/**
 * `ARGV`: now, id, cost, how long settled ids and ended windows are kept, the entry, "new" or "kept" where the ledger was
 * asked for the id, when the call began, then for each scope its name and how many budgets it has, and for each budget its
 * window and its thresholds. Without a lease nobody here knows whether the call was booked so long ago that its id is forgotten: it
 * answers "ask the ledger", and does nothing then. A window that is not counted, because the server forgot it or it
 * ended long ago, stays so: the entry is in the ledger, with which a window begins.
 */
export const SETTLE = script(`
local id, cost, settledMs, keptMs, verdict = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[7]

local settledKey = prefix .. ':settled:' .. id
local isBooked = verdict ~= 'kept' and call('SET', settledKey, '1', 'NX', 'PX', settledMs) and true or false
local wasLate, reserve = false, nil
local leaseKey, lease = prefix .. ':lease:' .. id, nil
if isBooked then
  lease = call('HMGET', leaseKey, 'ends', 'reserve', 'holds', 'at')
  if not lease[1] and verdict == '' then
    if call('HEXISTS', prefix .. ':outbox', id) == 0 then
      call('DEL', settledKey)
      return { 'ask the ledger' }
    end
    isBooked = false
  end
end
if isBooked then
  wasLate = not lease[1] or tonumber(lease[1]) <= now
  if wasLate then
    release(id)
  else
    reserve = lease[2]
    call('DEL', leaseKey)
    call('ZREM', prefix .. ':leases', id)
  end
  call('HSET', prefix .. ':outbox', id, ARGV[6])
end

local figures, alerts = {}, {}
-- Where a call counts is said by its lease, and without one by when it began.
local startedAt, isHeld = tonumber(ARGV[8]), {}
if reserve then
  for hold in gmatch(lease[3], '[^;]+') do
    local scope = match(hold, '^%S+')
    for name in gmatch(hold, ' (%S+)') do isHeld[scope .. ' ' .. name] = true end
  end
end
local position = 9
while position < #ARGV do
  local scope = { name = ARGV[position], budgets = {} }
  local last = position + 1 + ARGV[position + 1] * 2
  local callAt = reserve and tonumber(lease[4]) or startedAt
  for at = position + 2, last, 2 do
    local window = ARGV[at]
    scope.budgets[#scope.budgets + 1] = {
      scope = scope.name, index = #figures + #scope.budgets, chosen = 0, window = window, ends = tonumber(match(window, '%-?%d+$')),
      thresholds = ARGV[at + 1],
    }
    -- It may have begun a moment before the windows that it was admitted in.
    callAt = math.max(callAt, tonumber(match(window, ':(%-?%d+):')))
  end
  position = last + 1
  if reserve then call('ZREM', slotsKey(scope.name), id) end
  load(scope, callAt)
  if isBooked then
    for _, window in ipairs(call('HKEYS', openingKey(scope.name))) do
      if isOpen(window, callAt) or isOpen(window, startedAt) then call('HDEL', openingKey(scope.name), window) end
    end
  end
  for _, counted in ipairs(scope.beside) do
    if isBooked and (not reserve or isHeld[scope.name .. ' ' .. counted.window]) then
      counted.spent, counted.taken, counted.isChanged = add(counted.spent, cost), add(counted.taken, cost), true
      if reserve then counted.taken = free(counted.taken, reserve, counted.spent) end
    end
  end
  for _, budget in ipairs(scope.budgets) do
    if isBooked and not budget.isNew then
      budget.spent, budget.taken, budget.isChanged = add(budget.spent, cost), add(budget.taken, cost), true
      if reserve then budget.taken = free(budget.taken, reserve, budget.spent) end
      noteAlerts(alerts, budget)
    elseif isBooked then
      call('HDEL', openingKey(scope.name), budget.window)
    end
    figures[#figures + 1] = figuresOf(budget)
  end
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

/** `ARGV`: now, how many at most. Answers how many were freed and how many were found. */
export const SWEEP = script(`
local freed, found = freeExpired(prefix .. ':leases', tonumber(ARGV[2]))
return { tostring(freed), tostring(found) }
`);

/**
 * `ARGV`: now, then a text of JSON for each scope. Names the new windows as an admission does, with what runs and would join
 * them in the place of the word.
 */
export const STATUS = script(`
local figures, untold = {}, {}
for position = 2, #ARGV do
  local scope, count = readScope(ARGV[position], #figures)
  if not scope then return { 'no window', tostring(count) } end
  load(scope, now)
  for _, budget in ipairs(scope.budgets) do
    if budget.isNew then
      untold[#untold + 1] = table.concat({ budget.index, budget.chosen, reservedIn(budget, false) }, ':')
    end
    figures[#figures + 1] = figuresOf(budget)
  end
end
return { 'figures', table.concat(figures, ' '), table.concat(untold, ' ') }
`);

/**
 * `ARGV`: now, how long ended windows are kept, what was spent in new windows and a word as for an admission, or no word,
 * then a text of JSON for each scope. With a word new windows are begun as by an admission; without one they are named as by
 * a look, and nothing is due in them.
 */
export const REVIEW = script(`
local keptMs, word = tonumber(ARGV[2]), ARGV[4]
local scopes, misfit = readScopes(5)
if not scopes then return { 'no window', misfit } end
if word == '' then
  for _, scope in ipairs(scopes) do load(scope, now) end
else
  local untold = loadOpened(scopes, cjson.decode(ARGV[3]), word)
  if untold then return { 'new windows', untold } end
end
local figures, untold, alerts = {}, {}, {}
for _, scope in ipairs(scopes) do
  for _, budget in ipairs(scope.budgets) do
    if budget.spent then
      noteAlerts(alerts, budget)
    else
      untold[#untold + 1] = table.concat({ budget.index, budget.chosen, reservedIn(budget, false) }, ':')
    end
    figures[#figures + 1] = figuresOf(budget)
  end
  save(scope, keptMs)
end
return { 'figures', table.concat(figures, ' '), table.concat(untold, ' '), table.concat(alerts, ' ') }
`);

function script(body: string): LuaScript {
  const source = COMMON + body;
  return { source, sha: createHash("sha1").update(source).digest("hex") };
}
