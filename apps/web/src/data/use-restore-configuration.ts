import { trpc } from "../lib/trpc.ts";
import { type Owner, ownerKey } from "./owner.ts";
import { rereadBudgets } from "./reread-budgets.ts";

/** Makes the outcome of an entry of the audit the present state. Resolves when the pages know. */
export function useRestoreConfiguration(owner: Owner) {
  const utils = trpc.useUtils();
  const reread = () =>
    Promise.all([
      utils.configuration.invalidate(),
      utils.model.lifecycle.invalidate(),
      utils.audit.invalidate(),
      rereadBudgets(utils),
    ]);
  const mutation = trpc.configuration.restore.useMutation({
    // It waits for saves of the same owner, and they for it.
    scope: { id: `configuration:${ownerKey(owner)}` },
    onSuccess: reread,
  });
  return { ...mutation, reread };
}
