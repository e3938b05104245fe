import {
  type Adjustment,
  type AIConfiguration,
  type ApiVersion,
  compileMessageParams,
  findModel,
  type MessageParams,
  type ModelCatalogue,
  preferredApiVersion,
} from "@ai-config/config-core";
import type { EffectiveConfiguration } from "@ai-config/config-service";
import type { MessageCreateParams } from "@anthropic-ai/sdk/resources/messages/messages";

import { hasOverrides, overrideConfiguration, type PolicyAdjustment } from "./call-overrides.ts";
import type { GovernedParams } from "./governed-params.ts";

/** What a configuration means for a request to one model on a day. */
export interface Turn {
  /** The model that is wanted. */
  readonly asked: string;
  /** The model that will answer: another one where that is retired. */
  readonly model: string;
  readonly apiVersion: ApiVersion;
  readonly params: MessageParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly adjustments: readonly (Adjustment | PolicyAdjustment)[];
  /** Whether the answer has to come piece by piece, so that it is told from a dead connection. */
  readonly isStreamed: boolean;
  readonly contextTokens: number;
  /** Whether the call wants anything but what is configured. */
  readonly isOverridden: boolean;
}

export interface TurnOptions {
  readonly models: ModelCatalogue;
  readonly date: Date;
  /** Instead of the configured model. */
  readonly model?: string | undefined;
}

/** The official SDK's own measure: an hour for the longest answer. */
const MS_PER_TOKEN = 3_600_000 / 128_000;
/** Node's own `fetch` waits for headers no longer than 300 seconds, whatever `connectionTimeout` says. */
const FETCH_PATIENCE_MS = 240_000;
/** Where the catalogue does not know a model. */
const CONTEXT_TOKENS = 1_000_000;
/** Models retire and prices change at midnight UTC: what was compiled is good for the rest of its day. */
const DAY_MS = 86_400_000;

/** More models than any chain has. */
const TURNS_MAX = 16;

interface Kept {
  readonly day: number;
  readonly models: ModelCatalogue;
  /** By the model that is to answer; undefined stands for the configured one. */
  readonly turns: Map<string | undefined, Turn>;
}

const kept = new WeakMap<EffectiveConfiguration, Kept>();

/** Compiles a call's configuration, once a day for each model where the call wants nothing else. */
export function compileTurn(
  effective: EffectiveConfiguration,
  params: GovernedParams,
  options: TurnOptions,
): Turn {
  const { model } = options;
  const wanted = model === undefined ? params : { ...params, model };
  if (hasOverrides(params as Readonly<Record<string, unknown>>)) return compile(effective, wanted, options);
  const turns = turnsOf(effective, options);
  let turn = turns.get(model);
  if (turn === undefined) {
    turn = compile(effective, wanted, options);
    if (turns.size >= TURNS_MAX) turns.clear();
    turns.set(model, turn);
  }
  return turn;
}

function turnsOf(effective: EffectiveConfiguration, { models, date }: TurnOptions): Kept["turns"] {
  const day = Math.floor(date.getTime() / DAY_MS);
  const known = kept.get(effective);
  if (known?.day === day && known.models === models) return known.turns;
  const turns: Kept["turns"] = new Map();
  kept.set(effective, { day, models, turns });
  return turns;
}

function compile(
  effective: EffectiveConfiguration,
  wanted: GovernedParams,
  { models, date }: TurnOptions,
): Turn {
  const { configuration, adjustments: imposed } = overrideConfiguration(effective, wanted);
  const { policy, sources: fields } = effective;
  const options = { models, date, policy };
  const apiVersion = preferredApiVersion(configuration, options);
  const compiled = compileMessageParams(configuration, { ...options, apiVersion, fields });
  const { params, headers } = compiled;
  return {
    asked: configuration.model.model,
    model: params.model,
    apiVersion,
    // A fresh object: what rules have deleted from makes every body that is made of it slow.
    params: { ...params },
    headers,
    adjustments: [...imposed, ...compiled.adjustments],
    isStreamed: params.stream || isSlow(params, configuration),
    isOverridden: hasOverrides(wanted as Readonly<Record<string, unknown>>),
    contextTokens: findModel(params.model, models)?.contextWindow ?? CONTEXT_TOKENS,
  };
}

/** Without streaming the headers come with the whole answer, and the time until the headers is limited. */
function isSlow({ max_tokens }: MessageParams, { timeouts }: Readonly<AIConfiguration>): boolean {
  return max_tokens * MS_PER_TOKEN > Math.min(timeouts.connectionTimeout, FETCH_PATIENCE_MS);
}

/** The body to send: what the caller wrote, with what the configuration decides in its place. */
export function bodyOf(params: GovernedParams, turn: Turn, stream: boolean): MessageCreateParams {
  if (!turn.isOverridden) return { ...params, ...turn.params, stream } as unknown as MessageCreateParams;
  const {
    model: _model,
    max_tokens: _max,
    temperature: _temperature,
    top_p: _topP,
    top_k: _topK,
    stop_sequences: _stops,
    service_tier: _tier,
    speed: _speed,
    inference_geo: _geo,
    thinking,
    output_config: output,
    ...rest
  } = params;
  const body: Record<string, unknown> = { ...rest, ...turn.params, stream };
  // What the caller says of how thoughts are shown stays.
  if (turn.params.thinking !== undefined && thinking && "display" in thinking) {
    body.thinking = { ...turn.params.thinking, display: thinking.display };
  }
  if (output) {
    const { effort: _effort, ...others } = output;
    if (Object.keys(others).length > 0) body.output_config = { ...others, ...turn.params.output_config };
  }
  return body as unknown as MessageCreateParams;
}
