import { trpc } from "../lib/trpc.ts";
import { rereadBudgets } from "./reread-budgets.ts";

/** Switches a stored row on or off. */
export function useToggleConfiguration() {
  const utils = trpc.useUtils();
  return trpc.configuration.toggle.useMutation({
    onSuccess: () =>
      Promise.all([
        utils.configuration.invalidate(),
        utils.model.lifecycle.invalidate(),
        utils.audit.invalidate(),
        rereadBudgets(utils),
      ]),
  });
}
