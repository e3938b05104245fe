import { useMutation, useQuery } from "@tanstack/react-query";
import { type RouterOutputs, trpc } from "../lib/trpc.ts";
import { rereadBudgets } from "./reread-budgets.ts";

export type InvitationOffer = RouterOutputs["organization"]["describeInvitation"];

/** What an invitation's link offers the person who is signed in. The link is asked about, not used. */
export function useInvitation(token: string) {
  const { client } = trpc.useUtils();
  return useQuery({
    queryKey: ["invitation", token],
    queryFn: () => client.organization.describeInvitation.mutate({ token }),
    // Somebody else may use it at any moment.
    staleTime: 0,
    gcTime: 0,
  });
}

interface Join {
  token: string;
  isDefault: boolean;
}

/** Joins by a link. Resolves when the organization is among the person's own. */
export function useJoinOrganization() {
  const utils = trpc.useUtils();
  return useMutation({
    mutationFn: async ({ token, isDefault }: Join) => {
      const { organizationId } = await utils.client.organization.acceptInvitation.mutate({ token });
      // Whoever is in is in, even where this second step fails.
      const becameDefault = !isDefault || (await makeDefault(utils.client, organizationId));
      return { organizationId, becameDefault };
    },
    onSuccess: async () => {
      void rereadBudgets(utils);
      await utils.me.get.invalidate();
      await utils.configuration.invalidate();
    },
  });
}

function makeDefault(
  client: ReturnType<typeof trpc.useUtils>["client"],
  organizationId: string,
): Promise<boolean> {
  return client.organization.setDefault.mutate({ organizationId }).then(
    () => true,
    () => false,
  );
}
