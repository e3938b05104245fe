import { adjust } from "./adjust.ts";
import type { CompilerRule, Draft } from "./compiler-rule.ts";

/**
 * The official SDK refuses to wait for an answer that may take longer than ten minutes, at 60 minutes for 128,000
 * tokens: above 21,333 tokens a request has to stream (measured with 1.12).
 */
const UNSTREAMED_TOKENS_MAX = Math.floor((128_000 * 10) / 60);

export const OUTPUT_LIMIT: CompilerRule = {
  id: "output limit",
  apply: (draft) => {
    const { model, params } = draft;
    if (params.max_tokens <= model.outputLimit) return;
    params.max_tokens = model.outputLimit;
    const message = `maximum output lowered to ${number(model.outputLimit)} tokens, the limit of ${model.displayName}.`;
    adjust(draft, "maxTokens", model.outputLimit, "output_limit", message);
  },
};

export const REQUEST_RULES: readonly CompilerRule[] = [
  { id: "no blank stop sequences", apply: dropBlankStopSequences },
  { id: "no fast mode", apply: dropSpeed },
  { id: "no choice of region", apply: dropGeo },
  { id: "long answers stream", apply: streamLongAnswers },
];

/** Blanks beyond those that a configuration refuses, such as a no-break space. */
function dropBlankStopSequences(draft: Draft): void {
  const { stop_sequences: texts } = draft.params;
  const kept = texts?.filter((text) => text.trim() !== "");
  if (texts === undefined || kept === undefined || kept.length === texts.length) return;
  if (kept.length === 0) delete draft.params.stop_sequences;
  else draft.params.stop_sequences = kept;
  const message = "blank stop sequences dropped: Claude accepts none.";
  adjust(draft, "stopSequences", kept, "blank_stop_sequence", message);
}

function dropSpeed(draft: Draft): void {
  const { model, params } = draft;
  if (params.speed !== "fast" || model.fastMultiplier !== null) return;
  delete params.speed;
  const message = `fast mode dropped: ${model.displayName} has none.`;
  adjust(draft, "speed", null, "speed_not_supported", message);
}

function dropGeo(draft: Draft): void {
  const { model, params } = draft;
  const geo = params.inference_geo;
  if (geo === undefined || Object.hasOwn(model.geoMultipliers, geo)) return;
  delete params.inference_geo;
  const message = `region "${geo}" dropped: ${model.displayName} cannot be bound to a region.`;
  adjust(draft, "inferenceGeo", null, "geo_not_supported", message);
}

function streamLongAnswers(draft: Draft): void {
  const { params } = draft;
  if (params.stream || params.max_tokens <= UNSTREAMED_TOKENS_MAX) return;
  params.stream = true;
  const message = `streaming switched on: an answer of up to ${number(params.max_tokens)} tokens may take longer than a connection is kept waiting.`;
  adjust(draft, "streaming", true, "streaming_required", message);
}

function number(count: number): string {
  return count.toLocaleString("en-US");
}
