import { luaScript } from "./lua-script.ts";

/**
 * `ARGV`: now, then a text of JSON for each scope. Names the new windows as an admission does, with what runs and would join
 * them in the place of the word.
 */
export const STATUS = luaScript(`
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
