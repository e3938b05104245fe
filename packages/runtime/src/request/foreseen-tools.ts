import { findModels, type NamedModel } from "./named-models.ts";

/** What of a request may cost more than anybody can tell, and what to do about it. */
export interface Unforeseen {
  readonly path: string;
  readonly advice: string;
}

/**
 * Tokens of the definitions that Anthropic adds for the tools that its clients run, with room to grow. Documented are at
 * most 325 for bash, 700 for the text editor, 735 and 499 of a system prompt for the computer, 4,590 for its toolset and
 * 7,550 for that of the browser with all its members (platform.claude.com, the page of each tool, 2026-08-22). Nothing
 * is said of the memory tool.
 */
const CLIENT_TOOLS: ReadonlyMap<string, number> = new Map([
  ["bash_20241022", 1_000],
  ["bash_20250124", 1_000],
  ["text_editor_20241022", 2_000],
  ["text_editor_20250124", 2_000],
  ["text_editor_20250429", 2_000],
  ["text_editor_20250728", 2_000],
  ["memory_20250818", 3_000],
  ["computer_20241022", 4_000],
  ["computer_20250124", 4_000],
  ["computer_20251124", 4_000],
  ["computer_toolset_20260801", 8_000],
  ["browser_toolset_20260801", 12_000],
]);

/** Tools that Anthropic runs, and whether the code that a model writes can call them too, beside the model itself. */
const SERVER_TOOLS: ReadonlyMap<string, { readonly fromCode: boolean }> = new Map([
  ["web_search_20250305", { fromCode: false }],
  ["web_search_20260209", { fromCode: true }],
  ["web_search_20260318", { fromCode: true }],
  ["web_fetch_20250910", { fromCode: false }],
  ["web_fetch_20260209", { fromCode: true }],
  ["web_fetch_20260309", { fromCode: true }],
  ["web_fetch_20260318", { fromCode: true }],
  ["tool_search_tool_regex", { fromCode: false }],
  ["tool_search_tool_regex_20251119", { fromCode: false }],
  ["tool_search_tool_bm25", { fromCode: false }],
  ["tool_search_tool_bm25_20251119", { fromCode: false }],
  ["advisor_20260301", { fromCode: false }],
]);
/** What a search for tools finds is the definitions that the request itself holds. */
const FINDS_OWN_TOOLS = /^tool_search_/;

/**
 * How often a request is sampled at most while Anthropic runs its tools; then it ends with `pause_turn`
 * (platform.claude.com, handling stop reasons, 2026-08-22). Each sampling is billed with the prompt of that moment. A tool
 * that only the model calls is sampled after once for each of its uses: nobody says how often a model asks again for one
 * that is used up.
 */
const SAMPLINGS_MAX = 10;

/** Another model that the one that answers may ask, at a price of its own. */
export interface Advisor {
  readonly model: string;
  readonly uses: number;
  readonly maxTokens: number;
  /** How long its own prompts are cached. */
  readonly caching: unknown;
}

export interface ToolsRead {
  /** Of definitions that the request does not hold. */
  readonly tokens: number;
  /** How often the prompt is billed at most. */
  readonly samplings: number;
  /** Whether results that nobody can measure become part of the prompt. */
  readonly bringsIn: boolean;
  /** Whether definitions of the request may be in the prompt again for each sampling. */
  readonly repeatsTools: boolean;
  readonly advisors: readonly Advisor[];
  readonly named: readonly NamedModel[];
  readonly unforeseen: Unforeseen | undefined;
}

interface Given {
  readonly type?: unknown;
  readonly model?: unknown;
  readonly max_uses?: unknown;
  readonly max_tokens?: unknown;
  readonly allowed_callers?: unknown;
  readonly caching?: unknown;
}

/** What the tools of a request make of its cost. What is not known here, as a tool of tomorrow, is not foreseen. */
export function readTools(tools: readonly unknown[]): ToolsRead {
  let tokens = 0;
  let uses = 0;
  let isCounted = true;
  let isServed = false;
  let bringsIn = false;
  let repeatsTools = false;
  let unforeseen: Unforeseen | undefined;
  const advisors: Advisor[] = [];
  const named: NamedModel[] = [];
  for (const [index, given] of tools.entries()) {
    const tool = (given ?? {}) as Given;
    const type = tool.type ?? "custom";
    if (type === "custom") continue;
    const path = `tools.${index}`;
    const { model } = tool;
    findModels(tool, path, named);
    const added = CLIENT_TOOLS.get(type as string);
    if (added !== undefined) {
      tokens += added;
      continue;
    }
    const server = SERVER_TOOLS.get(type as string);
    if (server === undefined) {
      unforeseen ??= { path, advice: "Leave it out." };
      continue;
    }
    isServed = true;
    const counted = wholeOf(tool.max_uses);
    if (counted === undefined || (server.fromCode && !isDirect(tool))) isCounted = false;
    uses += counted ?? 0;
    if (FINDS_OWN_TOOLS.test(type as string)) repeatsTools = true;
    else bringsIn = true;
    if (counted === undefined && (type as string).startsWith("web_search")) {
      unforeseen ??= { path, advice: "Limit it by max_uses." };
    }
    if (!(type as string).startsWith("advisor")) continue;
    const maxTokens = wholeOf(tool.max_tokens);
    if (typeof model !== "string" || counted === undefined || maxTokens === undefined) {
      unforeseen ??= { path, advice: "Limit it by max_uses and max_tokens." };
    } else advisors.push({ model, uses: counted, maxTokens, caching: tool.caching });
  }
  const samplings = isServed ? Math.min(SAMPLINGS_MAX, isCounted ? uses + 1 : SAMPLINGS_MAX) : 1;
  return { tokens, samplings, bringsIn, repeatsTools, advisors, named, unforeseen };
}

function isDirect({ allowed_callers: callers }: Given): boolean {
  return Array.isArray(callers) && callers.every((caller) => caller === "direct");
}

function wholeOf(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}
