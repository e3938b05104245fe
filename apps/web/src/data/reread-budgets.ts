import type { trpc } from "../lib/trpc.ts";

/** After a change of limits, or of what is spent: figures and alerts are read again where they are shown, or when they are. */
export function rereadBudgets(utils: ReturnType<typeof trpc.useUtils>): Promise<unknown> {
  return Promise.all([utils.budget.invalidate(), utils.alerts.invalidate()]);
}
