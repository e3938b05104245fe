import { trpc } from "../lib/trpc.ts";
import { rereadBudgets } from "./reread-budgets.ts";

/** Gives an organization another name. */
export function useRenameOrganization() {
  const utils = trpc.useUtils();
  return trpc.organization.rename.useMutation({
    onSuccess: async () => {
      void utils.audit.invalidate();
      void utils.configuration.invalidate();
      await utils.me.get.invalidate();
    },
  });
}

/** Makes an organization the one that applies to the person where a call names none. */
export function useSetDefaultOrganization() {
  const utils = trpc.useUtils();
  return trpc.organization.setDefault.useMutation({
    onSuccess: async () => {
      void utils.configuration.invalidate();
      void utils.model.lifecycle.invalidate();
      void rereadBudgets(utils);
      await utils.me.get.invalidate();
    },
  });
}

/** Removes an organization for everybody. */
export function useDeleteOrganization() {
  const utils = trpc.useUtils();
  return trpc.organization.delete.useMutation({
    onSuccess: async () => {
      // First who one is: nothing more may be asked about what is gone.
      await utils.me.get.invalidate();
      void utils.invalidate();
    },
  });
}
