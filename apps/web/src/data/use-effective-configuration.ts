import { type RouterOutputs, trpc } from "../lib/trpc.ts";
import type { Owner } from "./owner.ts";

export type EffectiveConfiguration = RouterOutputs["configuration"]["effective"];

/** What holds for an owner, with the source of every value. An organization is resolved without any person's layer. */
export function useEffectiveConfiguration(owner: Owner, organizationId?: string) {
  return trpc.configuration.effective.useQuery(effectiveInput(owner, organizationId));
}

/** The same input wherever this query is named, so that all name the same cache entry. */
export function effectiveInput(owner: Owner, organizationId?: string) {
  return owner.type === "user" && organizationId ? { owner, organizationId } : { owner };
}
