import { describe, expect, test } from "vitest";

import { catalogueOf, costOf, findModel, type ModelEntry, type PricedParams, upperBound } from "../index.ts";

const date = new Date("2026-11-23T12:00:00Z");
/** 1,000 tokens at 4 USD and 1,000 at 20 USD a million. */
const request = { model: "claude-opus-5-5", max_tokens: 1_000 };

function bound(change: object, options: object = {}) {
  return upperBound({ ...request, ...change } as PricedParams, 1_000, { date, ...options });
}

describe("the region", () => {
  test("that a workspace may have as its default is the dearest, unless somebody says which it is", () => {
    expect(bound({})).toMatchObject({ amount: "0.0264", basis: "exact" });
    expect(bound({ inference_geo: null })).toMatchObject({ amount: "0.0264", basis: "exact" });
    expect(bound({ inference_geo: "us" })).toMatchObject({ amount: "0.0264", basis: "exact" });
    expect(bound({ inference_geo: "global" })).toMatchObject({ amount: "0.024", basis: "exact" });
    expect(bound({}, { geo: "global" })).toMatchObject({ amount: "0.024", basis: "exact" });
    expect(bound({ inference_geo: "us" }, { geo: "global" })).toMatchObject({ amount: "0.0264" });
  });

  test.each(["eu", "constructor"])("%j is taken for the dearest, and could be dearer", (geo) => {
    expect(bound({ inference_geo: geo })).toMatchObject({ amount: "0.0264", basis: "estimated" });
    expect(bound({}, { geo })).toMatchObject({ amount: "0.0264", basis: "estimated" });
  });

  test("is none of an older model", () => {
    const older = { model: "claude-haiku-4-5-20251001" };
    expect(bound(older)).toMatchObject({ amount: "0.006", basis: "exact" });
    expect(bound({ ...older, inference_geo: "us" })).toMatchObject({ amount: "0.006", basis: "estimated" });
  });

  test("may be cheaper all over the world, also where an answer does not say it", () => {
    const opus = findModel(request.model) as ModelEntry;
    const models = catalogueOf([{ ...opus, geoMultipliers: { global: 0.9, us: 0.8 } }]);
    expect(upperBound(request, 1_000, { date, models })).toMatchObject({ amount: "0.0216" });
    for (const inference_geo of [null, "global", "not_available", "mars"]) {
      const usage = { input_tokens: 1_000, output_tokens: 1_000, inference_geo };
      expect(costOf(usage, { model: opus.id, date, models }).amount).toBe("0.0216");
    }
  });

  test("may make a call cheaper everywhere", () => {
    const opus = findModel(request.model) as ModelEntry;
    const models = catalogueOf([{ ...opus, geoMultipliers: { eu: 0.9, us: 0.8 } }]);
    expect(upperBound(request, 1_000, { date, models })).toMatchObject({ amount: "0.024" });
  });
});

test("a speed that nobody knows is taken for the fast one", () => {
  const options = { geo: "global" };
  expect(bound({ speed: "fast" }, options)).toMatchObject({ amount: "0.048", basis: "exact" });
  expect(bound({ speed: "turbo" }, options)).toMatchObject({ amount: "0.048", basis: "estimated" });
  expect(bound({ speed: "standard" }, options)).toMatchObject({ amount: "0.024", basis: "exact" });
});

describe("tools", () => {
  test.each([["code_execution_20260521"], ["advisor_20260301"], ["a_tool_of_tomorrow"]])(
    "%j costs what no request limits",
    (type) => {
      expect(bound({ tools: [{ type, name: "x" }] }).basis).toBe("estimated");
    },
  );

  test.each([
    [undefined],
    [null],
    ["custom"],
    ["bash_20250124"],
    ["browser_toolset_20260801"],
    ["computer_toolset_20260801"],
    ["memory_20250818"],
    ["text_editor_20250728"],
    ["tool_search_tool_bm25"],
    ["web_fetch_20260318"],
    ["mcp_toolset"],
  ])("%j costs nothing of its own", (type) => {
    expect(bound({ tools: [{ type, name: "x" }] })).toMatchObject({ amount: "0.0264", basis: "exact" });
  });

  test("a web search costs its price, and has no bound without a maximum", () => {
    const search = { type: "web_search_20260318", name: "web_search" };
    expect(bound({ tools: [{ ...search, max_uses: 2 }, null] }).amount).toBe("0.0464");
    expect(bound({ tools: [search] })).toMatchObject({ amount: null, basis: "unknown" });
  });
});

describe("a cache", () => {
  const cached = (ttl?: string) => ({
    messages: [{ content: [{ cache_control: { type: "ephemeral", ttl } }] }],
  });

  test("that is asked for anywhere in the request may cost a write", () => {
    const options = { geo: "global" };
    // 1,000 × 5 or 8, and 1,000 × 20 USD a million.
    expect(bound(cached(), options).amount).toBe("0.025");
    expect(bound({ ...cached(), system: cached("1h") }, options).amount).toBe("0.028");
    expect(bound({ messages: [{ cache_control: null }] }, options).amount).toBe("0.024");
  });

  test("is found however deep it is, and in what holds itself", () => {
    let body: object = cached("1h");
    for (let depth = 0; depth < 20_000; depth += 1) body = { body };
    const circle: { body: object; own?: object } = { body };
    circle.own = circle;
    expect(bound(circle, { geo: "global" }).amount).toBe("0.028");
  });
});

describe("what cannot be priced is refused at its path", () => {
  test.each([null, undefined, "claude"])("the request %j", (params) => {
    expect(() => upperBound(params as unknown as PricedParams, 1, { date })).toThrow(refusal("params"));
  });

  test.each([
    ["params.max_tokens", { max_tokens: null }, {}],
    ["params.tools", { tools: {} }, {}],
    ["date", {}, { date: new Date("x") }],
    ["date", { model: "claude-99" }, { date: new Date("x") }],
    ["multiplier", {}, { multiplier: null }],
  ])("%s", (path, change, options) => {
    expect(() => bound(change, options)).toThrow(refusal(path));
  });
});

function refusal(path: string) {
  return expect.objectContaining({
    code: "INPUT_INVALID",
    issues: [expect.objectContaining({ path })],
  });
}
