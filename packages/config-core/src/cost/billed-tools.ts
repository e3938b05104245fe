import { invalidInput } from "./checked-input.ts";

/** Tools that cost nothing but their tokens. */
const FREE =
  /^(custom|mcp_toolset|(bash|browser|computer|memory|text_editor|tool_search_tool|web_fetch)_.+)$/;

export interface BilledTools {
  /** The most web searches that a request can make; undefined where nothing limits them. */
  readonly searches: number | undefined;
  /** Whether the other tools are known to cost nothing. */
  readonly areForeseen: boolean;
}

/** What the tools of a request can cost beside tokens. */
export function billedTools(tools: unknown): BilledTools {
  const list: unknown = tools ?? [];
  if (!Array.isArray(list)) throw invalidInput("params.tools", "invalid_type", "Must be a list.");
  let searches: number | undefined = 0;
  let areForeseen = true;
  for (const tool of list) {
    const { type, max_uses: uses } = (tool ?? {}) as { type?: unknown; max_uses?: unknown };
    const kind = type ?? "custom";
    if (typeof kind !== "string") areForeseen = false;
    else if (!kind.startsWith("web_search")) areForeseen &&= FREE.test(kind);
    else if (!Number.isSafeInteger(uses) || (uses as number) < 0) searches = undefined;
    else if (searches !== undefined) searches += uses as number;
  }
  return { searches, areForeseen };
}
