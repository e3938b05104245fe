/** Windows that are not counted yet, and begin with what the ledger and running calls say. */
export const NEW_WINDOWS = `
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
          if match(hold, '^%S+') == budget.scope and not lists(hold, budget.window) then hold = hold .. ' ' .. budget.window end
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
          budget.spent, budget.isChanged = told[2], true
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
`;
