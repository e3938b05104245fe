import type { Policy } from "@ai-config/config-core";
import { useQuery } from "@tanstack/react-query";
import { type RouterInputs, type RouterOutputs, trpc } from "../lib/trpc.ts";
import { rereadBudgets } from "./reread-budgets.ts";

type PolicyAnswer = RouterOutputs["policy"]["get"];

export interface StoredPolicy extends Omit<PolicyAnswer, "policy"> {
  policy: Policy;
}

export type PolicyPreview = RouterOutputs["policy"]["preview"];

type PolicyInput = RouterInputs["policy"]["set"]["policy"];

/** What an organization imposes on its members; all of them may read it. */
export function usePolicy(organizationId: string) {
  return trpc.policy.get.useQuery({ organizationId }, { select: asStored });
}

/** JSON leaves out what is undefined, so the wire type calls even the value of a lock optional. */
function asStored(answer: PolicyAnswer): StoredPolicy {
  return answer as StoredPolicy;
}

/** Whom a policy would affect, and how. It changes nothing. */
export function usePolicyPreview(organizationId: string, policy: Policy) {
  const { client } = trpc.useUtils();
  return useQuery({
    queryKey: ["policy-preview", organizationId, policy],
    queryFn: ({ signal }) =>
      client.policy.preview.mutate({ organizationId, policy: policy as PolicyInput }, { signal }),
    // Members change their own settings meanwhile.
    staleTime: 0,
    gcTime: 0,
  });
}

interface Save {
  policy: Policy;
  expectedVersion: number;
  reason?: string;
}

/** Replaces a policy. Resolves when the page already shows the result. */
export function useSavePolicy(organizationId: string) {
  const utils = trpc.useUtils();
  const mutation = trpc.policy.set.useMutation({
    scope: { id: `policy:${organizationId}` },
    onSuccess: async () => {
      await utils.policy.get.invalidate({ organizationId });
      void utils.configuration.invalidate();
      void utils.model.lifecycle.invalidate();
      void utils.audit.invalidate();
      void rereadBudgets(utils);
    },
  });
  return {
    isSaving: mutation.isPending,
    save: ({ policy, ...rest }: Save) =>
      mutation.mutateAsync({ organizationId, policy: policy as PolicyInput, ...rest }),
    /** Reads again what others may have changed, and answers the version the policy has now. */
    reload: async () => {
      await utils.policy.get.invalidate({ organizationId });
      return utils.policy.get.getData({ organizationId })?.version ?? 0;
    },
  };
}
