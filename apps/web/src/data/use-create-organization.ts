import { trpc } from "../lib/trpc.ts";

/** Founds an organization, with the caller as its owner. */
export function useCreateOrganization() {
  const utils = trpc.useUtils();
  return trpc.organization.create.useMutation({
    onSuccess: async () => {
      await utils.me.get.invalidate();
      await utils.configuration.invalidate();
    },
  });
}
