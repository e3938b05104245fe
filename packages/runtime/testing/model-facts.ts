export const allThinkingTypes = ["enabled", "adaptive", "disabled", "between_tools"] as const;
export type ThinkingType = (typeof allThinkingTypes)[number];

/** From the least to the most. */
export const allEfforts = ["low", "medium", "high", "xhigh", "max"] as const;
export type Effort = (typeof allEfforts)[number];

/**
 * What a model does with temperature, top_p and top_k under 2023-06-01.
 * - `fixed`: temperature only 1, top_p only from 0.99, top_k never, not both of the first two
 * - `one`: temperature or top_p, each 0 to 1; while thinking temperature only 1, top_p from 0.95, no top_k
 * - `free`: both at once; while thinking as `one`
 */
export type Sampling = "fixed" | "one" | "free";

export interface ModelFacts {
  id: string;
  displayName: string;
  line: "haiku" | "sonnet" | "opus" | "fable" | "mythos";
  /** First day, or null where it is not known. */
  released: string | null;
  /** From this day on the model is gone. */
  retires?: string;
  contextTokens: number;
  maxOutputTokens: number;
  sampling: Sampling;
  /** The accepted values of `thinking.type`. */
  thinking: ThinkingType[];
  efforts: readonly Effort[];
  /** The highest effort with thinking `disabled` or `between_tools`; undefined means any. */
  effortMaxWithoutThinking?: Effort;
  /** How the model takes `speed: "fast"`: not at all, or served at standard speed, with the beta header, without. */
  fast: "refused" | "ignored" | "beta" | "general";
  /** Whether tool_choice may force a tool: `any` or `tool`. */
  forcedTools: "yes" | "while not thinking" | "never";
  inferenceGeo: boolean;
  /** Whether the last message may be the assistant's. */
  prefill: boolean;
  structuredOutputs: boolean;
  /** The newer tokenizer makes about 30 % more tokens of the same text. */
  tokensPerCharacter: number;
}

type Behaviour = Omit<ModelFacts, "id" | "displayName" | "line" | "released">;

const [oldTokenizer, newTokenizer] = [0.25, 0.325];

/** Opus 4.7 and later: sampling is fixed and a thinking budget no longer exists. */
const modern: Behaviour = {
  contextTokens: 1_000_000,
  maxOutputTokens: 128_000,
  sampling: "fixed",
  thinking: ["adaptive", "disabled"],
  efforts: allEfforts,
  fast: "refused",
  forcedTools: "yes",
  inferenceGeo: true,
  prefill: false,
  structuredOutputs: true,
  tokensPerCharacter: newTokenizer,
};
const alwaysThinking: Behaviour = { ...modern, thinking: ["adaptive"] };
const neverForced: Behaviour = { ...alwaysThinking, forcedTools: "never" };

const fourSix: Behaviour = {
  ...modern,
  sampling: "one",
  thinking: ["adaptive", "enabled", "disabled"],
  efforts: ["low", "medium", "high", "max"],
  forcedTools: "while not thinking",
  tokensPerCharacter: oldTokenizer,
};
const fourFive: Behaviour = {
  ...fourSix,
  contextTokens: 200_000,
  maxOutputTokens: 64_000,
  thinking: ["enabled", "disabled"],
  efforts: [],
  inferenceGeo: false,
  prefill: true,
};
const fourOne: Behaviour = { ...fourFive, maxOutputTokens: 32_000 };
const fourZero: Behaviour = { ...fourFive, sampling: "free", structuredOutputs: false };
/** Claude 3 and 3.5 cannot think, and say so by accepting only `disabled`. */
const three: Behaviour = { ...fourZero, thinking: ["disabled"], forcedTools: "yes" };

const opus48: Behaviour = { ...modern, fast: "beta", forcedTools: "while not thinking" };
const opus5: Behaviour = { ...modern, fast: "beta", effortMaxWithoutThinking: "high" };
const opus55: Behaviour = { ...neverForced, fast: "general" };
const sonnet55: Behaviour = {
  ...modern,
  thinking: ["adaptive", "between_tools"],
  effortMaxWithoutThinking: "high",
  forcedTools: "never",
};
const haiku55: Behaviour = { ...modern, effortMaxWithoutThinking: "high" };

/** Newest first, as the list of models answers them. */
export const modelFacts: ModelFacts[] = [
  row("claude-fable-5-2", "Claude Fable 5.2", "2026-11-09", neverForced),
  row("claude-mythos-5-2", "Claude Mythos 5.2", "2026-11-09", neverForced),
  row("claude-haiku-5-5", "Claude Haiku 5.5", "2026-10-07", haiku55),
  row("claude-sonnet-5-5", "Claude Sonnet 5.5", "2026-09-28", sonnet55),
  row("claude-opus-5-5", "Claude Opus 5.5", "2026-09-22", opus55),
  row("claude-fable-5-1", "Claude Fable 5.1", "2026-09-01", neverForced),
  row("claude-mythos-5-1", "Claude Mythos 5.1", "2026-09-01", neverForced),
  row("claude-opus-5", "Claude Opus 5", "2026-07-24", opus5),
  row("claude-sonnet-5", "Claude Sonnet 5", "2026-06-30", modern),
  row("claude-fable-5", "Claude Fable 5", "2026-06-09", alwaysThinking),
  row("claude-opus-4-8", "Claude Opus 4.8", "2026-05-28", opus48),
  row("claude-opus-4-7", "Claude Opus 4.7", "2026-04-16", { ...opus48, fast: "refused" }),
  row("claude-sonnet-4-6", "Claude Sonnet 4.6", "2026-02-17", fourSix),
  row("claude-opus-4-6", "Claude Opus 4.6", "2026-02-05", { ...fourSix, fast: "ignored" }),
  row("claude-opus-4-5-20251101", "Claude Opus 4.5", "2025-11-24", {
    ...fourFive,
    efforts: ["low", "medium", "high"],
  }),
  row("claude-haiku-4-5-20251001", "Claude Haiku 4.5", "2025-10-15", fourFive),
  row("claude-sonnet-4-5-20250929", "Claude Sonnet 4.5", "2025-09-29", {
    ...fourFive,
    retires: "2026-11-30",
  }),
  row("claude-opus-4-1-20250805", "Claude Opus 4.1", "2025-08-05", { ...fourOne, retires: "2026-08-05" }),
  row("claude-opus-4-20250514", "Claude Opus 4", "2025-05-22", {
    ...fourZero,
    maxOutputTokens: 32_000,
    retires: "2026-06-15",
  }),
  row("claude-sonnet-4-20250514", "Claude Sonnet 4", "2025-05-22", { ...fourZero, retires: "2026-06-15" }),
  row("claude-3-7-sonnet-20250219", "Claude Sonnet 3.7", "2025-02-24", {
    ...fourZero,
    retires: "2026-02-19",
  }),
  row("claude-3-5-sonnet-20241022", "Claude Sonnet 3.5", "2024-10-22", {
    ...three,
    maxOutputTokens: 8_192,
    retires: "2025-10-28",
  }),
  row("claude-3-5-haiku-20241022", "Claude Haiku 3.5", "2024-10-22", {
    ...three,
    maxOutputTokens: 8_192,
    retires: "2026-02-19",
  }),
  row("claude-3-5-sonnet-20240620", "Claude Sonnet 3.5", "2024-06-20", {
    ...three,
    maxOutputTokens: 8_192,
    retires: "2025-10-28",
  }),
  row("claude-3-haiku-20240307", "Claude Haiku 3", "2024-03-07", {
    ...three,
    maxOutputTokens: 4_096,
    retires: "2026-04-20",
  }),
  row("claude-3-opus-20240229", "Claude Opus 3", "2024-02-29", {
    ...three,
    maxOutputTokens: 4_096,
    retires: "2026-01-05",
  }),
  row("claude-mythos-5", "Claude Mythos 5", null, alwaysThinking),
];

export type Lifecycle = "unreleased" | "active" | "deprecated" | "retired";

const noticeMs = 60 * 24 * 60 * 60 * 1000;

/** A retirement is announced 60 days ahead; before that the model is simply active. */
export function lifecycleOf(model: ModelFacts, now: Date): Lifecycle {
  if (model.released && now < new Date(model.released)) return "unreleased";
  if (!model.retires) return "active";
  if (now >= new Date(model.retires)) return "retired";
  return now >= deprecatedAt(model.retires) ? "deprecated" : "active";
}

export function deprecatedAt(retires: string): Date {
  return new Date(Date.parse(retires) - noticeMs);
}

/** The dated ids of Claude 4 may be written without their date, the first ones as 4.0. */
export function findModel(id: string): ModelFacts | undefined {
  return modelFacts.find((model) => model.id === id || aliasOf(model) === id);
}

function aliasOf({ id }: ModelFacts): string {
  return id.replace(/(-4-\d)-\d{8}$/, "$1").replace(/-4-\d{8}$/, "-4-0");
}

function row(id: string, displayName: string, released: string | null, behaviour: Behaviour): ModelFacts {
  const [, line] = displayName.toLowerCase().split(" ") as [string, ModelFacts["line"]];
  return { id, displayName, line, released, ...behaviour };
}
