import { invalidRequest } from "./api-error.ts";
import {
  allEfforts,
  allThinkingTypes,
  deprecatedAt,
  lifecycleOf,
  type ModelFacts,
  modelFacts,
} from "./model-facts.ts";

/** `GET /v1/models`: newest first, retired ones only when asked for. */
export function listModels(query: URLSearchParams, now: Date) {
  const limit = Number(query.get("limit") ?? 20);
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
    throw invalidRequest("limit: Input should be between 1 and 1000");
  }
  const wanted = [...query].filter(([name]) => /^lifecycle(\[\d*\])?$/.test(name)).map(([, value]) => value);
  const stages: string[] = wanted.length > 0 ? wanted : ["active", "deprecated"];
  const models = modelFacts.filter((model) => stages.includes(lifecycleOf(model, now)));
  const position = (id: string) => models.findIndex((model) => model.id === id);

  const [after, before] = [query.get("after_id"), query.get("before_id")];
  const end = before ? Math.max(0, position(before)) : models.length;
  const start = after ? position(after) + 1 : before ? Math.max(0, end - limit) : 0;
  const page = models.slice(start, Math.min(end, start + limit));
  return {
    data: page.map((model) => modelInfo(model, now)),
    has_more: before ? start > 0 : start + page.length < models.length,
    first_id: page.at(0)?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
  };
}

/** One model with the fields of `ModelInfo` of @anthropic-ai/sdk 1.12.0. */
export function modelInfo(model: ModelFacts, now: Date) {
  const lifecycle = lifecycleOf(model, now);
  const isLeaving = lifecycle !== "active" && model.retires !== undefined;
  return {
    type: "model",
    id: model.id,
    display_name: model.displayName,
    created_at: timestamp(new Date(model.released ?? 0)),
    line: model.line,
    lifecycle,
    deprecated_at: isLeaving ? timestamp(deprecatedAt(model.retires ?? "")) : null,
    retires_at: isLeaving ? timestamp(new Date(model.retires ?? "")) : null,
    max_input_tokens: model.contextTokens,
    max_tokens: model.maxOutputTokens,
    capabilities: capabilitiesOf(model),
  };
}

/** Thinking types and efforts are facts; the rest only has the right shape. */
function capabilitiesOf(model: ModelFacts) {
  const [always, lately] = [supported(true), supported(model.contextTokens > 200_000)];
  return {
    batch: always,
    citations: always,
    code_execution: lately,
    context_management: {
      ...lately,
      clear_thinking_20251015: lately,
      clear_tool_uses_20250919: lately,
      compact_20260112: lately,
    },
    effort: { ...supported(model.efforts.length > 0), ...supportedOf(allEfforts, model.efforts) },
    image_input: always,
    pdf_input: always,
    server_tools: { ...lately, code_execution: lately, web_search: lately },
    structured_outputs: supported(model.structuredOutputs),
    thinking: {
      ...supported(model.thinking.includes("adaptive") || model.thinking.includes("enabled")),
      types: supportedOf(allThinkingTypes, model.thinking),
    },
  };
}

function supportedOf<T extends string>(all: readonly T[], some: readonly T[]) {
  return Object.fromEntries(all.map((name) => [name, supported(some.includes(name))]));
}

function supported(isSupported: boolean) {
  return { supported: isSupported };
}

function timestamp(date: Date): string {
  return date.toISOString().replace(".000Z", "Z");
}
