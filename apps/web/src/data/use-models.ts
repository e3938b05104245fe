import { AVAILABLE_MODELS } from "@ai-config/config-core";
import { type RouterOutputs, trpc } from "../lib/trpc.ts";

export type Model = RouterOutputs["model"]["list"][number];

const builtIn: Record<string, Model> = AVAILABLE_MODELS;

/** The server's catalogue by id; until it has answered, the one this page was built with. */
export function useModels(): Record<string, Model> {
  const { data } = trpc.model.list.useQuery(undefined, { staleTime: Number.POSITIVE_INFINITY, select: byId });
  return data ?? builtIn;
}

function byId(models: readonly Model[]): Record<string, Model> {
  return Object.fromEntries(models.map((model) => [model.id, model]));
}
