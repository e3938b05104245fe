import { type RouterOutputs, trpc } from "../lib/trpc.ts";
import type { Owner } from "./owner.ts";

export type KeySummary = RouterOutputs["key"]["list"][number];

/** The stored keys of an owner: hints and states, never a key. */
export function useKeys(owner: Owner) {
  return trpc.key.list.useQuery({ owner });
}

/** Replaces an owner's key. The new key is sent once and kept nowhere in this page. */
export function useRotateKey(owner: Owner) {
  const utils = trpc.useUtils();
  const mutation = trpc.key.rotate.useMutation({
    // The variables of a finished mutation stay in the cache; a key must not.
    gcTime: 0,
    onSuccess: () =>
      Promise.all([
        utils.key.list.invalidate({ owner }),
        utils.configuration.invalidate(),
        utils.audit.invalidate(),
      ]),
  });
  return {
    isRotating: mutation.isPending,
    rotate: async (newKey: string, overlapMs?: number) => {
      try {
        return await mutation.mutateAsync({ owner, newKey, overlapMs });
      } finally {
        mutation.reset();
      }
    },
  };
}

/** Ends a key at once. */
export function useRevokeKey(owner: Owner) {
  const utils = trpc.useUtils();
  return trpc.key.revoke.useMutation({
    onSuccess: () =>
      Promise.all([
        utils.key.list.invalidate({ owner }),
        utils.configuration.invalidate(),
        utils.audit.invalidate(),
      ]),
  });
}
