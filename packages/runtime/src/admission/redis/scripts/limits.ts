/** Limits as the arguments of a script tell them. */
export const LIMITS = `
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
`;
