import type { Policy } from "@ai-config/config-core";
import { expect, test } from "vitest";
import { keysOf, placeOf, plainPolicy, saidAt, withDraft } from "./policy-draft.ts";

const saved: Policy = {
  fields: { "model.temperature": { lock: 0.2 }, "model.maxTokens": { max: 8192 } },
  allowedModels: ["claude-opus-5-5"],
  pool: { dailyBudget: 50 },
};

test("a policy is read by the keys of its draft", () => {
  expect(keysOf(saved)).toEqual([
    "allowedModels",
    "pool.dailyBudget",
    "fields.model.temperature",
    "fields.model.maxTokens",
  ]);
  expect(saidAt(saved, "fields.model.temperature")).toEqual({ lock: 0.2 });
  expect(saidAt(saved, "pool.dailyBudget")).toBe(50);
  expect(saidAt(saved, "pool.weeklyBudget")).toBeUndefined();
  expect(saidAt({}, "fields.model.topP")).toBeUndefined();
});

test("a draft replaces what it names, takes out what it unsets, and leaves the rest", () => {
  expect(
    withDraft(saved, {
      "fields.model.temperature": { mode: "inherit" },
      "fields.model.topP": { mode: "set", value: { max: 0.5, onBreach: "refuse" } },
      "pool.weeklyBudget": { mode: "set", value: 200 },
    }),
  ).toEqual({
    fields: { "model.maxTokens": { max: 8192 }, "model.topP": { max: 0.5, onBreach: "refuse" } },
    allowedModels: ["claude-opus-5-5"],
    pool: { dailyBudget: 50, weeklyBudget: 200 },
  });
});

test("what is empty is left out: it would not be a policy", () => {
  const none = Object.fromEntries(keysOf(saved).map((key) => [key, { mode: "inherit" } as const]));
  expect(withDraft(saved, none)).toEqual({});
});

test("a bound that limits is the same whether or not it says so", () => {
  const told: Policy = { fields: { "model.maxTokens": { max: 8192, onBreach: "clamp" } } };
  expect(plainPolicy(told)).toEqual({ fields: { "model.maxTokens": { max: 8192 } } });
  expect(plainPolicy(saved)).toEqual(saved);
  expect(plainPolicy({})).toEqual({});
});

test("a problem is placed at its row", () => {
  expect(placeOf("fields.model.maxTokens.min")).toEqual({ key: "fields.model.maxTokens", part: "min" });
  expect(placeOf("fields.model.maxTokens")).toEqual({ key: "fields.model.maxTokens", part: undefined });
  expect(placeOf("pool.dailyBudget")).toEqual({ key: "pool.dailyBudget" });
  expect(placeOf("allowedModels.0")).toEqual({ key: "allowedModels" });
  expect(placeOf("")).toEqual({ key: "" });
});
