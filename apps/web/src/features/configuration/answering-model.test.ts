import { AVAILABLE_MODELS } from "@ai-config/config-core";
import { expect, test } from "vitest";
import { answeringModel } from "./answering-model.ts";

const sonnet = "claude-sonnet-4-5-20250929";
const succession = { models: AVAILABLE_MODELS, date: new Date("2026-12-05T00:00:00Z"), isReplaced: true };

test("a model answers for itself until it is retired, and its replacement from then on", () => {
  const before = { ...succession, date: new Date("2026-11-29T00:00:00Z") };
  expect(answeringModel(sonnet, before)?.id).toBe(sonnet);
  expect(answeringModel(sonnet, succession)?.id).toBe("claude-sonnet-5-5");
});

test("nobody answers for it where calls are to fail, or where the organization does not allow who would", () => {
  expect(answeringModel(sonnet, { ...succession, isReplaced: false })?.id).toBe(sonnet);
  expect(answeringModel(sonnet, { ...succession, policy: { allowedModels: [sonnet] } })?.id).toBe(sonnet);
});

test("of a model that the catalogue does not know there is nothing to tell", () => {
  expect(answeringModel("claude-unheard-of", succession)).toBeUndefined();
});
