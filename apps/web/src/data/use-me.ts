import { type RouterOutputs, trpc, trpcUtils } from "../lib/trpc.ts";

export type Me = RouterOutputs["me"]["get"];
export type Membership = Me["organizations"][number];

/** Who is signed in, for the route guard; throws where nobody is. */
export function loadMe(): Promise<Me> {
  return trpcUtils.me.get.ensureData();
}

/** Who is signed in. Only inside the signed-in part of the app, whose guard has loaded it. */
export function useMe(): Me {
  const [me] = trpc.me.get.useSuspenseQuery();
  return me;
}
