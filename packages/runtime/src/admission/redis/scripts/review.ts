import { luaScript } from "./lua-script.ts";

/**
 * `ARGV`: now, how long ended windows are kept, what was spent in new windows and a word as for an admission, or no word,
 * then a text of JSON for each scope. With a word new windows are begun as by an admission; without one they are named as by
 * a look, and nothing is due in them.
 */
export const REVIEW = luaScript(`
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
