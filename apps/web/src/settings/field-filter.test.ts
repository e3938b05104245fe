import { FIELDS } from "@ai-config/config-core";
import { expect, test } from "vitest";
import { matchesSearch } from "./field-filter.ts";

const found = (search: string) =>
  FIELDS.filter((field) => matchesSearch(field, search)).map((field) => field.path);

test("nothing typed finds everything", () => {
  expect(found("  ")).toHaveLength(FIELDS.length);
});

test("a setting is found by its label, its key and a synonym, in any case", () => {
  expect(found("TEMPERATURE")).toContain("model.temperature");
  expect(found("model.topP")).toEqual(["model.topP"]);
  expect(found("rpm")).toContain("rateLimiting.requestsPerMinute");
});

test("every word has to occur", () => {
  expect(found("daily budget")).toContain("costBudget.dailyBudget");
  expect(found("daily temperature")).toEqual([]);
});
