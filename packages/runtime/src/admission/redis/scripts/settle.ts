import { luaScript } from "./lua-script.ts";

/**
 * `ARGV`: now, id, cost, how long settled ids and ended windows are kept, the entry, "new" or "kept" where the ledger was
 * asked for the id, when the call began, then for each scope its name and how many budgets it has, and for each budget its
 * window and its thresholds. Without a lease nobody here knows whether the call was booked so long ago that its id is forgotten: it
 * answers "ask the ledger", and does nothing then. A window that is not counted, because the server forgot it or it
 * ended long ago, stays so: the entry is in the ledger, with which a window begins.
 */
export const SETTLE = luaScript(`
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
  -- What cost nothing changes no sum, and tokens may be counted more often than the ledger answers.
  if isBooked and cost ~= NOTHING then
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
    elseif isBooked and cost ~= NOTHING then
      call('HDEL', openingKey(scope.name), budget.window)
    end
    figures[#figures + 1] = figuresOf(budget)
  end
  save(scope, keptMs)
end
return { isBooked and '1' or '0', wasLate and '1' or '0', table.concat(figures, ' '), table.concat(alerts, ' ') }
`);
