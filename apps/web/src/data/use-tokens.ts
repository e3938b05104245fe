import { type RouterOutputs, trpc } from "../lib/trpc.ts";

export type TokenSummary = RouterOutputs["token"]["list"][number];

/** The service tokens of an organization: what they may do, never a token. Only its owners and admins may ask. */
export function useTokens(organizationId: string) {
  return trpc.token.list.useQuery({ organizationId });
}

/** Makes a token, which is answered this once. */
export function useCreateToken() {
  const utils = trpc.useUtils();
  return trpc.token.create.useMutation({
    // A finished mutation stays in the cache; a token must not.
    gcTime: 0,
    onSuccess: async () => {
      void utils.audit.invalidate();
      await utils.token.list.invalidate();
    },
  });
}

/** Ends a token at once. */
export function useRevokeToken() {
  const utils = trpc.useUtils();
  return trpc.token.revoke.useMutation({
    // Also of a refusal: somebody else may have revoked it.
    onSettled: async () => {
      void utils.audit.invalidate();
      await utils.token.list.invalidate();
    },
  });
}
