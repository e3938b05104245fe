import { AVAILABLE_MODELS } from "@ai-config/config-core";
import { expect, test } from "vitest";
import { modelChoices, withModel } from "./model-choices.ts";

const now = new Date("2026-11-23T12:00:00Z");

test("retired models are kept apart, and what the catalogue dropped stays to be seen", () => {
  const { current, retired } = modelChoices(AVAILABLE_MODELS, ["claude-gone"], now);
  expect(current.at(-1)).toEqual({ id: "claude-gone", label: "claude-gone", hint: "Not in the catalogue" });
  expect(current.map(({ id }) => id)).toContain("claude-opus-5-5");
  expect(retired.length).toBeGreaterThan(0);
  expect(retired.map(({ id }) => id)).not.toContain("claude-opus-5-5");
  expect(current.length + retired.length).toBe(Object.keys(AVAILABLE_MODELS).length + 1);
});

test("ticking keeps the order of the others", () => {
  expect(withModel(["b", "a"], "c", true)).toEqual(["b", "a", "c"]);
  expect(withModel(["b", "a", "c"], "a", false)).toEqual(["b", "c"]);
  expect(withModel(["a"], "a", false)).toEqual([]);
});
