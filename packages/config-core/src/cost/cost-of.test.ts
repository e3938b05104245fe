import { describe, expect, test } from "vitest";

import { type AnthropicUsage, type CostOptions, costOf } from "../index.ts";

const date = new Date("2026-11-23T12:00:00Z");
const opus = { model: "claude-opus-5-5", date };

/** A usage object as the API answers it today. */
const USAGE = {
  input_tokens: 1_000,
  output_tokens: 0,
  cache_creation_input_tokens: 0,
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  cache_read_input_tokens: 0,
  output_tokens_details: { thinking_tokens: 0 },
  server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 },
  service_tier: "standard",
  speed: "standard",
  inference_geo: "global",
};

/** Usage is data from outside: it may hold more than its type knows. */
function priced(change: object, options: CostOptions = opus) {
  return costOf({ ...USAGE, ...change } as AnthropicUsage, options);
}

describe("the basis is exact", () => {
  test.each([
    [{}],
    [{ inference_geo: null, service_tier: null, speed: null, server_tool_use: null }],
    [{ inference_geo: "us" }],
    [{ service_tier: "batch" }],
    [{ speed: "fast" }],
    [{ server_tool_use: { web_search_requests: 2, web_fetch_requests: 3, code_execution_requests: 0 } }],
    [{ iterations: [{ type: "message", input_tokens: 1_000, output_tokens: 0 }] }],
    [{ fallback_credit: null }],
  ])("for %j, where nothing is assumed", (change) => {
    expect(priced(change).basis).toBe("exact");
  });

  test("for an older model, whose answers know no region", () => {
    const cost = priced({ inference_geo: "not_available" }, { model: "claude-haiku-4-5-20251001", date });
    expect(cost).toMatchObject({ amount: "0.001", basis: "exact" });
  });
});

describe("the basis is estimated", () => {
  test.each([
    ["a region that the catalogue does not know", { inference_geo: "eu" }],
    ["a region with the name of what every object has", { inference_geo: "constructor" }],
    ["a speed that nobody knows", { speed: "turbo" }],
    ["capacity that is paid for otherwise", { service_tier: "priority" }],
    ["a tier that nobody knows", { service_tier: "flex" }],
    ["a server tool without a price", { server_tool_use: { code_execution_requests: 5 } }],
    ["a cache life without a price", { cache_creation: { ephemeral_24h_input_tokens: 7 } }],
    ["a field that may hold more tokens", { image_tokens: 40 }],
    ["a credit for what another model was paid", { fallback_credit: { status: { type: "redeemed" } } }],
    ["a compaction, whose tokens are not in the totals", { iterations: [{ type: "compaction" }] }],
    ["iterations that cannot be read", { iterations: { type: "message" } }],
  ])("for %s", (_what, change) => {
    expect(priced(change)).toMatchObject({ amount: "0.004", basis: "estimated" });
  });

  test("for a region or a speed of the caller that nobody knows", () => {
    expect(priced({}, { ...opus, geo: "eu" }).basis).toBe("estimated");
    expect(priced({}, { ...opus, speed: "turbo" as "fast" }).basis).toBe("estimated");
  });
});

test.each([
  ["input_tokens_details", { cached_tokens: 500 }],
  ["prompt_tokens", 1_000],
  ["prompt_tokens_details", {}],
  ["completion_tokens", 1_000],
  ["total_tokens", 1_000],
  ["cached_tokens", 1_000],
  ["inputTokens", 1_000],
  ["cacheReadInputTokens", 1_000],
  ["cachedContentTokenCount", 1_000],
])("%s is another provider's word, whose totals may count cached tokens twice", (name, value) => {
  expect(() => priced({ [name]: value })).toThrow(
    expect.objectContaining({
      code: "INPUT_INVALID",
      issues: [expect.objectContaining({ path: `usage.${name}`, code: "unknown_field" })],
    }),
  );
});

describe("what cannot be priced is refused at its path", () => {
  test.each([null, undefined, "usage", 3])("usage %j", (usage) => {
    expect(() => costOf(usage as unknown as AnthropicUsage, opus)).toThrow(refusal("usage"));
  });

  test.each([
    ["usage.input_tokens", { input_tokens: null }],
    ["usage.output_tokens", { output_tokens: -1 }],
    ["usage.cache_creation_input_tokens", { cache_creation_input_tokens: 0.5 }],
    [
      "usage.cache_creation.ephemeral_1h_input_tokens",
      { cache_creation: { ephemeral_1h_input_tokens: "1" } },
    ],
    [
      "usage.cache_creation.ephemeral_5m_input_tokens",
      { cache_creation: { ephemeral_5m_input_tokens: 2 ** 53 } },
    ],
    ["usage.cache_read_input_tokens", { cache_read_input_tokens: Number.NaN }],
    ["usage.server_tool_use.web_search_requests", { server_tool_use: { web_search_requests: 1.5 } }],
  ])("%s", (path, change) => {
    expect(() => priced(change)).toThrow(refusal(path));
  });

  test.each([new Date("x"), "2026-11-23", null, undefined])("the date %j", (day) => {
    expect(() => priced({}, { ...opus, date: day as Date })).toThrow(refusal("date"));
    expect(() => priced({}, { model: "claude-99", date: day as Date })).toThrow(refusal("date"));
  });

  test.each([null, "1", Number.NaN, -1, 100.1, 0.33333])("the multiplier %j", (multiplier) => {
    expect(() => priced({}, { ...opus, multiplier: multiplier as number })).toThrow(refusal("multiplier"));
  });
});

function refusal(path: string) {
  return expect.objectContaining({
    code: "INPUT_INVALID",
    issues: [expect.objectContaining({ path })],
  });
}
