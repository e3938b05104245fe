import type { SamplingClass } from "../catalogue/model-entry.ts";
import { compareLayers } from "../layer.ts";
import { adjust } from "./adjust.ts";
import type { AdjustmentCode, ApiVersion, CompilerRule, Draft } from "./compiler-rule.ts";

const PARAMS = { temperature: "temperature", topP: "top_p", topK: "top_k" } as const;

type Parameter = keyof typeof PARAMS;
type Range = readonly [least: number, greatest: number];

interface SamplingRow {
  readonly apiVersion: ApiVersion;
  readonly sampling: SamplingClass | "any";
  readonly thinking: "on" | "any";
  readonly parameter: Parameter;
  /** The values that are taken; null: none. */
  readonly takes: Range | null;
}

/** What each class of models takes of each sampling parameter. What no row mentions is taken as it is. */
const ROWS: readonly SamplingRow[] = [
  { apiVersion: "2026-10-21", sampling: "any", thinking: "any", parameter: "temperature", takes: null },
  { apiVersion: "2026-10-21", sampling: "any", thinking: "any", parameter: "topP", takes: null },
  { apiVersion: "2026-10-21", sampling: "any", thinking: "any", parameter: "topK", takes: null },
  { apiVersion: "2023-06-01", sampling: "none", thinking: "any", parameter: "temperature", takes: [1, 1] },
  { apiVersion: "2023-06-01", sampling: "none", thinking: "any", parameter: "topP", takes: [0.99, 1] },
  { apiVersion: "2023-06-01", sampling: "none", thinking: "any", parameter: "topK", takes: null },
  {
    apiVersion: "2023-06-01",
    sampling: "one_of_two",
    thinking: "on",
    parameter: "temperature",
    takes: [1, 1],
  },
  { apiVersion: "2023-06-01", sampling: "one_of_two", thinking: "on", parameter: "topP", takes: [0.95, 1] },
  { apiVersion: "2023-06-01", sampling: "one_of_two", thinking: "on", parameter: "topK", takes: null },
];

export const SAMPLING_RULES: readonly CompilerRule[] = [
  ...ROWS.map((row) => ({
    id: `${row.parameter} under ${row.apiVersion}, sampling ${row.sampling}, thinking ${row.thinking}`,
    apply: (draft: Draft) => keepWithin(draft, row),
  })),
  { id: "temperature or top-p", apply: keepOneOfTwo },
];

function keepWithin(draft: Draft, { apiVersion, sampling, thinking, parameter, takes }: SamplingRow): void {
  if (draft.apiVersion !== apiVersion) return;
  if (sampling !== "any" && draft.model.sampling !== sampling) return;
  if (thinking === "on" && !isThinking(draft)) return;
  const param = PARAMS[parameter];
  const value = draft.params[param];
  if (value === undefined || (takes && value >= takes[0] && value <= takes[1])) return;
  // A model that takes none under any version is the better reason.
  const isOfVersion = sampling === "any" && draft.model.sampling !== "none";
  const who = isOfVersion ? `API version ${apiVersion}` : draft.model.displayName;
  const when = thinking === "on" ? " while it thinks" : "";
  const [code, why] =
    takes === null || sampling === "none"
      ? ([
          "sampling_not_supported",
          `${who} accepts no ${thinking === "on" ? "top-k" : "sampling parameters"}${when}`,
        ] as const)
      : (["sampling_out_of_bounds", `${who} accepts only ${rangeText(takes)}${when}`] as const);
  drop(draft, parameter, code, why);
}

/** Of temperature and top-p the one that the more specific layer sets is sent, else temperature. */
function keepOneOfTwo(draft: Draft): void {
  const { temperature, top_p: topP } = draft.params;
  if (temperature === undefined || topP === undefined) return;
  const [weaker, why] = isMoreSpecific(draft)
    ? (["temperature", "and top-p is set closer to you"] as const)
    : (["topP", "not both"] as const);
  drop(
    draft,
    weaker,
    "sampling_one_of_two",
    `${draft.model.displayName} accepts temperature or top-p, ${why}`,
  );
}

function drop(draft: Draft, parameter: Parameter, code: AdjustmentCode, why: string): void {
  const param = PARAMS[parameter];
  const message = `${param.replace("_", "-")} ${draft.params[param]} dropped: ${why}.`;
  delete draft.params[param];
  adjust(draft, parameter, null, code, message);
}

/** Whether top-p comes from a more specific layer than temperature. */
function isMoreSpecific({ fields }: Draft): boolean {
  const temperature = fields?.["model.temperature"]?.layer;
  const topP = fields?.["model.topP"]?.layer;
  return temperature !== undefined && topP !== undefined && compareLayers(topP, temperature) > 0;
}

function isThinking({ params: { thinking } }: Draft): boolean {
  return thinking?.type === "adaptive" || thinking?.type === "enabled";
}

function rangeText([least, greatest]: Range): string {
  return least === greatest ? String(least) : `${least} to ${greatest}`;
}
