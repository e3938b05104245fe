/** What is counted for a scope, as it is read and written. */
export const COUNTERS = `
-- Whether a window holds a moment.
local function isOpen(window, at)
  local starts, ends = match(window, ':(%-?%d+):(%-?%d+)$')
  return starts and at and tonumber(starts) <= at and at < tonumber(ends)
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
    -- Those that a former version counted are not listed, and may lack calls whose limits did not name them.
    if counters and lists(scope.windows, budget.window) then
      budget.spent, budget.taken, budget.alerts = sub(counters, 1, 44), sub(counters, 45, 88), sub(counters, 89)
    else
      -- What was told of it is not told again.
      budget.isNew, budget.alerts = true, counters and sub(counters, 89) or '|'
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
      if budget.isNew then made[#made + 1] = budget.window end
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
`;
