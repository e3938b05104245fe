import { AIConfigError, type Issue, type ModelConfiguration, validateLayer } from "@ai-config/config-core";

import { isHeader } from "../provider/request-options.ts";
import type { GovernedParams } from "./governed-params.ts";
import { jsonCopy } from "./json-copy.ts";

const THINKING_TYPES: readonly unknown[] = ["enabled", "adaptive", "disabled", "between_tools"];
/** What requests call the fields of a configuration. */
const PARAMS: Readonly<Record<string, string>> = {
  "model.temperature": "temperature",
  "model.topP": "top_p",
  "model.thinking": "thinking.budget_tokens",
  "model.effort": "output_config.effort",
  "model.serviceTier": "service_tier",
  "model.speed": "speed",
  "model.inferenceGeo": "inference_geo",
};

/** Throws INPUT_INVALID for what is no request at all; the rest of it is Anthropic's to judge. */
export function checkRequest(params: unknown): asserts params is GovernedParams {
  if (!isObject(params)) throw refused([issue("", "Must be an object.")]);
  const { messages, stream, tools, user_profile_id, workspace_id } = params as Readonly<
    Record<string, unknown>
  >;
  const issues: Issue[] = [];
  if (!Array.isArray(messages)) issues.push(issue("messages", "Must be a list of messages."));
  else {
    const wrong = messages.findIndex((message) => !isObject(message));
    if (wrong >= 0) issues.push(issue(`messages.${wrong}`, "Must be a message."));
  }
  if (stream !== undefined && typeof stream !== "boolean") {
    issues.push(issue("stream", "Must be true or false."));
  }
  if (tools !== undefined && tools !== null && !Array.isArray(tools)) {
    issues.push(issue("tools", "Must be a list of tools."));
  }
  for (const [name, value] of Object.entries({ user_profile_id, workspace_id })) {
    if (isHeaderOrAbsent(value)) continue;
    issues.push(issue(name, "Must be an id that HTTP can carry."));
  }
  if (issues.length > 0) throw refused(issues);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** The SDK sends it as a header. */
function isHeaderOrAbsent(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  return typeof value === "string" && isHeader("x-id", value);
}

/**
 * A request as it stands when it is asked for: what is measured is what is sent, at each attempt, whatever its caller
 * does to it meanwhile. Throws INPUT_INVALID for what is no request, and for what JSON cannot carry.
 */
export function takeParams(params: unknown): GovernedParams {
  checkRequest(params);
  let taken: unknown;
  try {
    taken = jsonCopy({ ...params });
  } catch {
    throw unsendable(params) ?? refused([issue("", "Cannot be written as JSON: it is nested too deeply.")]);
  }
  checkRequest(taken);
  return taken;
}

/** After a failure: INPUT_INVALID, where a part of the request is nothing that JSON can carry. */
export function unsendable(params: GovernedParams): AIConfigError | undefined {
  const issues = Object.entries(params)
    .filter(([, part]) => !isSendable(part))
    .map(([name]) => issue(name, "Cannot be written as JSON. Leave out big integers and what holds itself."));
  return issues.length > 0 ? refused(issues) : undefined;
}

function isSendable(part: unknown): boolean {
  try {
    JSON.stringify(part);
    return true;
  } catch {
    return false;
  }
}

/** Throws INPUT_INVALID where what a call decides for itself could not be configured either. */
export function checkOverrides(
  { model, max_tokens, top_k, stop_sequences, thinking, output_config }: GovernedParams,
  wanted: Partial<ModelConfiguration>,
): void {
  const issues: Issue[] = [];
  if (model !== undefined && (typeof model !== "string" || model === "")) {
    issues.push(issue("model", "Must be the id of a model."));
  }
  if (!isWholeOrAbsent(max_tokens)) issues.push(issue("max_tokens", "Must be a whole number, 0 or more."));
  if (!isWholeOrAbsent(top_k)) issues.push(issue("top_k", "Must be a whole number, 0 or more."));
  if (stop_sequences && !(Array.isArray(stop_sequences) && stop_sequences.every(isText))) {
    issues.push(issue("stop_sequences", "Must be a list of texts."));
  }
  if (thinking && !THINKING_TYPES.includes(thinking.type)) {
    issues.push(issue("thinking.type", "Must be enabled, adaptive, disabled or between_tools."));
  }
  // Left out, it would leave thinking to the configuration without a word.
  if (thinking?.type === "enabled" && (thinking.budget_tokens ?? undefined) === undefined) {
    issues.push(issue("thinking.budget_tokens", "Must be given where thinking is enabled."));
  }
  if (output_config && (!isObject(output_config) || Array.isArray(output_config))) {
    issues.push(issue("output_config", "Must be an object."));
  }
  const { temperature, topP, thinking: budget, effort, serviceTier, speed, inferenceGeo } = wanted;
  const checked = validateLayer({
    model: defined({ temperature, topP, thinking: budget, effort, serviceTier, speed, inferenceGeo }),
  });
  for (const { path, code, message } of checked.success ? [] : checked.errors) {
    issues.push({ path: `params.${PARAMS[path] ?? path}`, code, message });
  }
  if (issues.length > 0) throw refused(issues);
}

/** Whether a number of tokens can be asked for; null stands for none. */
export function isWholeOrAbsent(value: unknown): boolean {
  return value === undefined || value === null || (Number.isSafeInteger(value) && (value as number) >= 0);
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function defined(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function issue(name: string, message: string): Issue {
  return { path: name === "" ? "params" : `params.${name}`, code: "invalid_value", message };
}

function refused(issues: readonly Issue[]): AIConfigError {
  return new AIConfigError("INPUT_INVALID", { issues: [...issues] });
}
