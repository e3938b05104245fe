import { CALL_WAIT_MS, SAME_WAIT_MS } from "../../admission-store.ts";
import { luaScript } from "./lua-script.ts";

/**
 * `ARGV`: now, id, reserve, lease, how long ended windows are kept, JSON of what was spent in new windows before they are
 * counted, by "scope window" with the word under which it was asked for, a word that was never used, then a text of
 * JSON for each scope. Names the new windows that it was not told of, as "budget:window:word", and counts nothing then.
 * What was told is not taken where a call was settled in its window since the word was given: that call may be in the
 * told sum or not.
 */
export const ADMIT = luaScript(`
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

local refusal, longest
-- Notes what stands against the call where it does so for longer than what is noted already: \`wait\` compares, \`waitMs\` is told.
local function note(scopeIndex, limit, used, wait, waitMs, budget)
  if refusal and wait <= longest + ${SAME_WAIT_MS} then return end
  local figures = budget and table.concat({ budget.index, budget.chosen, budget.spent, budget.taken }, ':') or ''
  refusal, longest = { 'refused', alerts, tostring(scopeIndex - 1), limit, used, format('%.0f', math.ceil(waitMs)), figures }, wait
end

for index, scope in ipairs(scopes) do
  if scope.interval then
    local wait = scope.emptyAt - scope.burst * scope.interval - now
    if wait > 0 then
      local used = math.ceil((scope.emptyAt - now) / scope.interval)
      note(index, 'requestsPerMinute', format('%.0f', used), wait, wait)
    end
  end
  if scope.slots then
    local used = call('ZCARD', slotsKey(scope.name))
    if used >= scope.slots then
      note(index, 'concurrentRequests', tostring(used), 0, used == 0 and leaseMs or ${CALL_WAIT_MS})
    end
  end
  for _, budget in ipairs(scope.budgets) do
    budget.next = add(budget.taken, reserve)
    if budget.isBlocking and budget.next > budget.limit then
      local waitMs = budget.ends - now
      if add(budget.spent, reserve) <= budget.limit then waitMs = math.min(${CALL_WAIT_MS}, waitMs) end
      note(index, budget.period .. 'Budget', budget.taken, reserve > budget.limit and math.huge or waitMs, waitMs, budget)
    end
  end
end
if refusal then
  for _, scope in ipairs(scopes) do save(scope, keptMs) end
  return refusal
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
    -- Two budgets may share a window, which holds the call once.
    if not lists(hold, budget.window) then hold = hold .. ' ' .. budget.window end
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
