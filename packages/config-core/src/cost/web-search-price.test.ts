import { expect, test } from "vitest";

import { AVAILABLE_MODELS, costOf, type ModelEntry, parseCatalogueFile, upperBound } from "../index.ts";

const opus = AVAILABLE_MODELS["claude-opus-5-5"] as ModelEntry;
const usage = { input_tokens: 0, output_tokens: 0, server_tool_use: { web_search_requests: 3 } };

function searched(day: string, models = AVAILABLE_MODELS) {
  return costOf(usage, { model: opus.id, date: new Date(day), models }).parts?.serverTools;
}

test("a search costs 10 USD a thousand, unless a price row says more", () => {
  const corrected = parseCatalogueFile({
    models: [
      {
        id: opus.id,
        prices: [...opus.prices, { ...opus.prices[0], effectiveFrom: "2027-01-01", webSearch: 12.345678 }],
      },
    ],
  });
  if (!corrected.success) throw new Error(JSON.stringify(corrected.errors));
  const { models } = corrected.data;
  expect(searched("2026-12-31")).toBe("0.03");
  expect(searched("2026-12-31", models)).toBe("0.03");
  expect(searched("2027-01-01", models)).toBe("0.037037034");
  const tools = [{ type: "web_search_20260318", max_uses: 3 }];
  const date = new Date("2027-01-01");
  expect(upperBound({ model: opus.id, max_tokens: 0, tools }, 0, { date, models }).amount).toBe(
    "0.037037034",
  );
});

test("a price row may make a search free, but not cost less than nothing", () => {
  const withPrice = (webSearch: number) =>
    parseCatalogueFile({ models: [{ id: opus.id, prices: [{ ...opus.prices[0], webSearch }] }] });
  const free = withPrice(0);
  expect(free.success && searched("2026-11-23", free.data.models)).toBe("0");
  expect(withPrice(-1)).toMatchObject({ success: false, errors: [{ code: "out_of_range" }] });
});
