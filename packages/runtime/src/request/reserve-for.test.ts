import { AVAILABLE_MODELS, compareUsd, type PricedParams, sumUsd, upperBound } from "@ai-config/config-core";
import { describe, expect, test } from "vitest";

import { effectiveOf } from "../../testing/effective.ts";
import { compileTurn } from "./compile-turn.ts";
import { extrasOf } from "./extras.ts";
import type { GovernedParams } from "./governed-params.ts";
import { priceUnknown } from "./price-unknown.ts";
import { promptSize } from "./prompt-size.ts";
import { reserveFor } from "./reserve-for.ts";

const options = { models: AVAILABLE_MODELS, date: new Date("2026-11-23T12:00:00Z"), multiplier: undefined };
const messages = [{ role: "user", content: "Hello" }] as const;
const opus = effectiveOf({ model: { model: "claude-opus-5-5", maxTokens: 1_000 } });

function measure(
  more: object,
  { effective = opus, headers = {} }: { effective?: typeof opus; headers?: object } = {},
) {
  const params = { messages, ...more } as unknown as GovernedParams;
  const size = promptSize(params);
  const extras = extrasOf(params, size, headers as Record<string, string>);
  const turn = compileTurn(effective, params, options);
  return { turn, extras, reserve: reserveFor({ params, size, extras }, turn, options) };
}
const reserve = (...given: Parameters<typeof measure>) => measure(...given).reserve;
const whole = (request: PricedParams, tokens: number) =>
  upperBound(request, tokens, options).amount as string;
const answer = { model: "claude-opus-5-5", max_tokens: 1_000 };
const search = { type: "web_search_20250305", name: "web_search" };

describe("common requests have a bound", () => {
  test.each([
    ["text", {}],
    ["a system prompt", { system: "Be kind." }],
    [
      "a conversation with thoughts",
      {
        messages: [
          ...messages,
          { role: "assistant", content: [{ type: "thinking", thinking: "Hm", signature: "x" }] },
          ...messages,
        ],
      },
    ],
    [
      "a picture",
      {
        messages: [
          {
            role: "user",
            content: [{ type: "image", source: { type: "url", url: "https://example.com/a.png" } }],
          },
        ],
      },
    ],
    [
      "a PDF with citations",
      {
        messages: [
          {
            role: "user",
            content: [
              {
                type: "document",
                citations: { enabled: true },
                source: { type: "base64", media_type: "application/pdf", data: "JVBERi0=" },
              },
            ],
          },
        ],
      },
    ],
    [
      "a tool",
      {
        tools: [
          {
            name: "look",
            input_schema: { type: "object", properties: { model: { type: "string" } } },
            input_examples: [{ model: "T" }],
          },
        ],
        tool_choice: { type: "auto" },
      },
    ],
    [
      "tools that clients run",
      {
        tools: [
          "bash_20250124",
          "text_editor_20250728",
          "memory_20250818",
          "computer_toolset_20260801",
          "browser_toolset_20260801",
        ].map((type) => ({ type, name: type })),
      },
    ],
    ["web search", { tools: [{ ...search, max_uses: 3 }] }],
    ["web search from code", { tools: [{ type: "web_search_20260318", name: "web_search", max_uses: 3 }] }],
    ["web fetch", { tools: [{ type: "web_fetch_20260318", name: "web_fetch" }] }],
    [
      "a search for tools",
      { tools: [{ type: "tool_search_tool_bm25_20251119", name: "tool_search_tool_bm25" }] },
    ],
    ["a cache", { cache_control: { type: "ephemeral" } }],
    [
      "a cache of an hour",
      { system: [{ type: "text", text: "x", cache_control: { type: "ephemeral", ttl: "1h" } }] },
    ],
    ["thinking", { thinking: { type: "adaptive", display: "summarized" } }],
    ["thinking between tools", { thinking: { type: "between_tools" } }],
    ["a format", { output_config: { format: { type: "json_schema", schema: {} }, effort: "low" } }],
    ["metadata and a tier", { metadata: { user_id: "7" }, service_tier: "auto", stop_sequences: ["END"] }],
    ["a speed and a region", { speed: "fast", inference_geo: "us" }],
    ["fields that are nothing", { context_management: null, fallbacks: null, container: null, tools: [] }],
    ["edits that only clear", { context_management: { edits: [{ type: "clear_tool_uses_20250919" }] } }],
    ["diagnostics", { diagnostics: { previous_message_id: null } }],
  ])("%s", (_what, more) => {
    const { amount, isBound } = reserve(more);
    expect(isBound).toBe(true);
    expect(compareUsd(amount, "0")).toBeGreaterThan(0);
  });
});

describe("what may cost more than anybody can tell has none", () => {
  test.each([
    ["compaction", { compaction: { type: "summarize" } }, "compaction"],
    [
      "a compaction of contexts",
      { context_management: { edits: [{ type: "compact_20260112" }] } },
      "context_management",
    ],
    ["edits that are none", { context_management: {} }, "context_management"],
    ["servers of tools", { mcp_servers: [{ type: "url", url: "https://x", name: "x" }] }, "mcp_servers"],
    ["their tools", { tools: [{ type: "mcp_toolset", mcp_server_name: "x" }] }, "tools.0"],
    ["a container", { container: { skills: [{ type: "anthropic", skill_id: "xlsx" }] } }, "container"],
    ["a conversation that Anthropic keeps", { thread: { type: "create" } }, "thread"],
    ["a field of tomorrow", { tomorrow: 1 }, "tomorrow"],
    [
      "code that Anthropic runs",
      { tools: [{ name: "x", input_schema: {} }, { type: "code_execution_20260521" }] },
      "tools.1",
    ],
    ["a tool of tomorrow", { tools: [{ type: "bash_20991231", name: "bash" }] }, "tools.0"],
    ["a type that is none", { tools: [{ type: 7 }] }, "tools.0"],
    ["searches without end", { tools: [search] }, "tools.0"],
    [
      "advice without end",
      { tools: [{ type: "advisor_20260301", name: "advisor", model: "claude-fable-5" }] },
      "tools.0",
    ],
    ["models of Anthropic's choice", { fallbacks: "default" }, "fallbacks"],
    ["a model that is none", { fallbacks: [{}] }, "fallbacks.0"],
    [
      "a tool that a message defines",
      {
        messages: [
          ...messages,
          {
            role: "system",
            content: [{ type: "tool_addition", tool: { type: "tool_definition", definition: search } }],
          },
        ],
      },
      "messages",
    ],
  ])("%s", (_what, more, path) => {
    const { reserve, turn, extras } = measure(more);
    expect(reserve.isBound).toBe(false);
    const error = priceUnknown(turn, extras, options);
    expect(error).toMatchObject({ code: "PRICE_UNKNOWN", details: { model: "claude-opus-5-5", path } });
    expect(error.message).toContain(path);
  });

  test("a context that is wider than the model's", () => {
    const headers = { "anthropic-beta": "context-1m-2025-08-07" };
    const sonnet = effectiveOf({ model: { model: "claude-sonnet-4-5", maxTokens: 1_000 } });
    expect(reserve({}, { effective: sonnet }).isBound).toBe(true);
    const { reserve: wide, turn, extras } = measure({}, { effective: sonnet, headers });
    expect(wide.isBound).toBe(false);
    expect(priceUnknown(turn, extras, options).message).toContain("context-1m");
    expect(reserve({}, { headers }).isBound).toBe(true);
  });

  test("a speed whose price is not known", () => {
    const body = { ...answer, speed: "turbo" };
    expect(upperBound(body, 1, options).basis).toBe("estimated");
    const turn = { ...compileTurn(opus, { messages: [] }, options) };
    const params = { messages: [] };
    const size = promptSize(params);
    const fast = { ...turn, params: { ...turn.params, speed: "turbo" as "fast" } };
    const measured = { params, size, extras: extrasOf(params, size) };
    expect(reserveFor(measured, fast, options).isBound).toBe(false);
    expect(priceUnknown(fast, measured.extras, options).message).toContain("region or speed");
  });
});

describe("each sampling of Anthropic's tools is billed with its whole prompt", () => {
  /** The first one holds nothing but the request. */
  const first = (tools: readonly object[]) => promptSize({ messages, tools }).firstMax;

  test("as often as a tool may be used, and for the answer", () => {
    const tools = [{ ...search, max_uses: 2 }];
    expect(reserve({ tools }).amount).toBe(whole({ ...answer, tools }, first(tools) + 2_000_000));
  });

  test("ten times at most, and where code may use it", () => {
    const often = [{ ...search, max_uses: 50 }];
    const code = [{ type: "web_search_20260318", name: "web_search", max_uses: 1 }];
    for (const tools of [often, code]) {
      expect(reserve({ tools }).amount).toBe(whole({ ...answer, tools }, first(tools) + 9_000_000));
    }
    const direct = [{ ...code[0], allowed_callers: ["direct"] }];
    expect(reserve({ tools: direct }).amount).toBe(
      whole({ ...answer, tools: direct }, first(direct) + 1_000_000),
    );
  });

  test("a search for tools brings in nothing that the request does not hold", () => {
    const tools = [{ type: "tool_search_tool_regex", name: "tool_search_tool_regex" }];
    expect(compareUsd(reserve({ tools }).amount, whole({ ...answer, tools }, 50_000))).toBeLessThan(0);
  });
});

describe("other models", () => {
  const prompt = promptSize({ messages }).tokensMax;

  test("that answer where one declines are paid beside it, each for what came before", () => {
    const fallbacks = [{ model: "claude-fable-5", max_tokens: 2_000 }, { model: "claude-haiku-5-5" }];
    expect(reserve({ fallbacks })).toEqual({
      isBound: true,
      amount: sumUsd([
        whole(answer, prompt),
        whole({ model: "claude-fable-5", max_tokens: 2_000 }, prompt + 1_000),
        whole({ model: "claude-haiku-5-5", max_tokens: 1_000 }, prompt + 3_000),
      ]),
    });
  });

  test("are as fast as the request where they can be", () => {
    const fallbacks = [
      { model: "claude-opus-5" },
      { model: "claude-fable-5" },
      { model: "claude-opus-5", speed: null },
    ];
    const fast = { speed: "fast" };
    expect(reserve({ ...fast, fallbacks })).toEqual({
      isBound: true,
      amount: sumUsd([
        whole({ ...answer, ...fast }, prompt),
        whole({ model: "claude-opus-5", max_tokens: 1_000, ...fast }, prompt + 1_000),
        whole({ model: "claude-fable-5", max_tokens: 1_000 }, prompt + 2_000),
        whole({ model: "claude-opus-5", max_tokens: 1_000 }, prompt + 3_000),
      ]),
    });
  });

  test("that advise are paid for each time, with all that they may read", () => {
    const advisor = {
      type: "advisor_20260301",
      name: "advisor",
      model: "claude-fable-5",
      max_uses: 2,
      max_tokens: 500,
    };
    const advice = whole({ model: "claude-fable-5", max_tokens: 500 }, 1_000_000);
    const first = promptSize({ messages, tools: [advisor] }).firstMax;
    expect(reserve({ tools: [advisor] })).toEqual({
      isBound: true,
      amount: sumUsd([whole(answer, first + 2_000_000), advice, advice]),
    });
    const cached = [{ ...advisor, caching: { type: "ephemeral" } }];
    expect(
      compareUsd(reserve({ tools: cached }).amount, reserve({ tools: [advisor] }).amount),
    ).toBeGreaterThan(0);
  });

  test("without a price make the whole call one without", () => {
    const advisor = { type: "advisor_20260301", name: "advisor", max_uses: 1, max_tokens: 1 };
    const model = "claude-of-tomorrow";
    for (const more of [{ fallbacks: [{ model }] }, { tools: [{ ...advisor, model }] }]) {
      const { reserve, turn, extras } = measure(more);
      expect(reserve.isBound).toBe(false);
      expect(priceUnknown(turn, extras, options)).toMatchObject({
        code: "PRICE_UNKNOWN",
        details: { model },
      });
    }
  });
});
