import { type RouterOutputs, trpc } from "../lib/trpc.ts";
import type { Owner } from "./owner.ts";

export type ConfigurationSummary = RouterOutputs["configuration"]["list"][number];

/** The rows an owner has stored. */
export function useConfigurations(owner: Owner) {
  return trpc.configuration.list.useQuery({ owner });
}
