import { type RouterOutputs, trpc } from "../lib/trpc.ts";

export type PendingInvitation = RouterOutputs["organization"]["invitations"][number];

/** The links of an organization that somebody may still join by. Only its owners and admins may ask. */
export function useInvitations(organizationId: string) {
  return trpc.organization.invitations.useQuery({ organizationId });
}

/** Makes a link, which is answered this once. */
export function useInvite() {
  const utils = trpc.useUtils();
  return trpc.organization.invite.useMutation({
    // A finished mutation stays in the cache; a link that lets somebody in must not.
    gcTime: 0,
    onSuccess: async () => {
      void utils.audit.invalidate();
      await utils.organization.invitations.invalidate();
    },
  });
}

/** Ends a link before its time. */
export function useRevokeInvitation() {
  const utils = trpc.useUtils();
  return trpc.organization.revokeInvitation.useMutation({
    // Also of a refusal: somebody else may have used or ended it.
    onSettled: async () => {
      void utils.audit.invalidate();
      await utils.organization.invitations.invalidate();
    },
  });
}
