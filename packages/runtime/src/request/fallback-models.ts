import { AIConfigError, findModel, isLock } from "@ai-config/config-core";
import type { EffectiveConfiguration } from "@ai-config/config-service";

import { invalidArgument } from "../admission/invalid-argument.ts";
import { compileTurn, type TurnOptions } from "./compile-turn.ts";
import type { GovernedParams } from "./governed-params.ts";

/** Throws INPUT_INVALID for what is no chain: it would fail, or be passed over, only when it is needed. */
export function takeChain(chain: unknown = []): readonly string[] {
  if (!Array.isArray(chain)) throw invalidArgument("fallbackModels", "Must be a list of ids of models.");
  const wrong = chain.findIndex((name) => typeof name !== "string" || name === "");
  if (wrong >= 0) throw invalidArgument(`fallbackModels.${wrong}`, "Must be the id of a model.");
  return [...chain];
}

/**
 * What the call wants, then the models of a chain that the organization's policy lets answer in its place. Each model
 * that answers is there once, by whatever name, policy or retirement it comes to do so: what could not answer after all
 * its retries is not asked again.
 */
export function modelsToTry(
  effective: EffectiveConfiguration,
  params: GovernedParams,
  chain: readonly string[],
  options: Omit<TurnOptions, "model">,
): readonly (string | undefined)[] {
  if (chain.length === 0) return ONLY_CONFIGURED;
  const { policy } = effective;
  const rule = policy?.fields?.["model.model"];
  if (rule !== undefined && isLock(rule)) return ONLY_CONFIGURED;
  const allowed = policy?.allowedModels;
  const tried = new Set([compileTurn(effective, params, options).model]);
  const others = chain.filter((name) => {
    if (allowed && !allowed.includes(findModel(name, options.models)?.id ?? name)) return false;
    const model = answering(effective, params, { ...options, model: name });
    if (model === undefined || tried.has(model)) return false;
    tried.add(model);
    return true;
  });
  return [undefined, ...others];
}

/** The model that a name comes to; undefined where nobody answers for one that is retired. */
function answering(
  effective: EffectiveConfiguration,
  params: GovernedParams,
  options: TurnOptions,
): string | undefined {
  try {
    return compileTurn(effective, params, options).model;
  } catch (error) {
    if (error instanceof AIConfigError) return undefined;
    throw error;
  }
}

const ONLY_CONFIGURED: readonly undefined[] = [undefined];
