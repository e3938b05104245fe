import { AVAILABLE_MODELS, type ModelInfo } from "@ai-config/config-core";
import { type RouterOutputs, trpc } from "../lib/trpc.ts";

export type Model = ModelInfo;

const builtIn: Record<string, Model> = AVAILABLE_MODELS;

/** The server's catalogue by id; until it has answered, the one this page was built with. */
export function useModels(): Record<string, Model> {
  const { data } = trpc.model.list.useQuery(undefined, { staleTime: Number.POSITIVE_INFINITY, select: byId });
  return data ?? builtIn;
}

function byId(models: RouterOutputs["model"]["list"]): Record<string, Model> {
  // JSON leaves out a price that is not known.
  const unpriced = { costPer1kInputTokens: undefined, costPer1kOutputTokens: undefined };
  return Object.fromEntries(models.map((model) => [model.id, { ...unpriced, ...model }]));
}
