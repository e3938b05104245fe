import { describe, expect, test } from "vitest";
import { type Change, describeChanges } from "./describe-change.ts";

const modelName = (id: string) => (id === "claude-x" ? "Claude X" : id);
const describeOne = (change: Change) => describeChanges([change], modelName)[0];

test("a change is told in the registry's words and units", () => {
  expect(describeOne({ path: "costBudget.dailyBudget", from: 100, to: 50 })).toEqual({
    path: "costBudget.dailyBudget",
    label: "Daily budget",
    from: "$100",
    to: "$50",
  });
});

test("models are told by name, and absent values as absent", () => {
  expect(describeOne({ path: "model.model", from: null, to: "claude-x" })).toMatchObject({
    label: "Model",
    from: undefined,
    to: "Claude X",
  });
});

test("texts are told in quotes, with their line breaks to be seen", () => {
  expect(describeOne({ path: "model.stopSequences", from: [], to: ["\n\nHuman:", "a, b"] })).toMatchObject({
    label: "Stop sequences",
    from: "none",
    to: String.raw`“\n\nHuman:”, “a, b”`,
  });
});

test("a path that the registry does not know is shown as it is", () => {
  expect(describeOne({ path: "is_active", from: true, to: false })).toMatchObject({
    label: "is_active",
    from: "true",
    to: "false",
  });
});

test("what a row, a key or a membership has is told in words too", () => {
  const changes = [
    { path: "isActive", from: true, to: false },
    { path: "status", from: "active", to: "grace" },
    { path: "role", from: "member", to: "admin" },
    { path: "acceptedBy", from: null, to: "00000000-0000-0000-0000-00000000000a" },
  ];
  expect(describeChanges(changes, modelName)).toEqual([
    { path: "isActive", label: "Active", from: "yes", to: "no" },
    { path: "status", label: "Status", from: "active", to: "being replaced" },
    { path: "role", label: "Role", from: "member", to: "admin" },
  ]);
});

describe("a policy's change", () => {
  test.each([
    ["fields.model.temperature", { lock: 0.5 }, "Rule for Temperature", "locked to 0.5", "no rule"],
    ["fields.model.temperature", { min: 0.1, max: 0.5 }, "Rule for Temperature", "0.1 to 0.5", "no rule"],
    [
      "fields.costBudget.dailyBudget",
      { max: 50, onBreach: "refuse" },
      "Rule for Daily budget",
      "limit $50, refused beyond",
      "no rule",
    ],
    ["allowedModels", ["claude-x", "claude-y"], "Allowed models", "Claude X, claude-y", "all"],
    ["pool.dailyBudget", 200, "Shared daily budget", "$200", "no limit"],
  ])("of %s", (path, to, label, words, nothing) => {
    expect(describeOne({ path, from: null, to })).toEqual({ path, label, from: nothing, to: words });
  });
});
