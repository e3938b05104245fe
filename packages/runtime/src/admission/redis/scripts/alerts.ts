/** Thresholds of budgets that are reached. */
export const ALERTS = `
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
