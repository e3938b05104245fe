import { trpc } from "../lib/trpc.ts";

/** Gives members other roles. Resolves when the page already shows it. */
export function useSetRole() {
  const utils = trpc.useUtils();
  return trpc.organization.setRole.useMutation({
    onSuccess: async () => {
      void utils.audit.invalidate();
      // A person's own role decides what the page offers.
      await Promise.all([utils.organization.members.invalidate(), utils.me.get.invalidate()]);
    },
  });
}

/** Ends a membership: somebody else's, or one's own. */
export function useRemoveMember() {
  const utils = trpc.useUtils();
  return trpc.organization.removeMember.useMutation({
    onSuccess: async () => {
      // First who one is: nothing more may be asked about an organization that one has left.
      await utils.me.get.invalidate();
      void utils.invalidate();
    },
  });
}
