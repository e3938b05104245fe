import { type Policy, servingModel } from "@ai-config/config-core";
import type { Model } from "../../data/use-models.ts";

export interface Succession {
  models: Record<string, Model>;
  date: Date;
  /** Whether calls go to a replacement once their model is retired. */
  isReplaced: boolean;
  /** What the organization imposes: it may not allow a replacement. */
  policy?: Policy;
}

/** The model that answers calls for the one that is chosen: itself, until it is retired and another one does. */
export function answeringModel(id: string, succession: Succession): Model | undefined {
  const { models, date, isReplaced, policy } = succession;
  const chosen = models[id];
  if (!chosen || !isReplaced) return chosen;
  return servingModel(chosen, { models, date, policy }) ?? chosen;
}
