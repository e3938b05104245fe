import type { RouterInputs } from "../lib/trpc.ts";
import { trpc } from "../lib/trpc.ts";
import { isAnswerFor } from "./is-answer-for.ts";
import { editedConfigName, type Owner, ownerKey } from "./owner.ts";
import { rereadBudgets } from "./reread-budgets.ts";
import { effectiveInput } from "./use-effective-configuration.ts";

export type ConfigurationUpdates = RouterInputs["configuration"]["update"]["updates"];

interface Save {
  updates: ConfigurationUpdates;
  expectedVersion: number;
  reason?: string;
}

/**
 * Saves one merge patch of an owner's row. Resolves when the page already shows the result: the answer goes
 * straight into the cache where it is the one shown, and the rest is read again before it counts as done.
 */
export function useSaveConfiguration(owner: Owner, organizationId?: string) {
  const utils = trpc.useUtils();
  const mutation = trpc.configuration.update.useMutation({
    // Two saves of the same owner wait for each other, so that the second sees the first one's version.
    scope: { id: `configuration:${ownerKey(owner)}` },
    onSuccess: async ({ effective }) => {
      const isShown = isAnswerFor(effective, owner, organizationId);
      if (isShown) utils.configuration.effective.setData(effectiveInput(owner, organizationId), effective);
      const reread = utils.configuration.effective.invalidate();
      await utils.configuration.list.invalidate({ owner });
      if (!isShown) await reread;
      void utils.model.lifecycle.invalidate();
      void utils.audit.invalidate();
      void rereadBudgets(utils);
    },
  });
  return {
    isSaving: mutation.isPending,
    save: ({ updates, expectedVersion, reason }: Save) =>
      mutation.mutateAsync({ owner, configName: editedConfigName, updates, expectedVersion, reason }),
    /** Reads again what others may have changed, and answers the version the row has now. */
    reload: async () => {
      await utils.configuration.invalidate();
      const rows = utils.configuration.list.getData({ owner });
      return rows?.find((row) => row.configName === editedConfigName)?.version ?? 0;
    },
  };
}
