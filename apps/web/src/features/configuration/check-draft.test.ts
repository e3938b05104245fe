import { AVAILABLE_MODELS, DEFAULT_AI_CONFIGURATION, FIELDS } from "@ai-config/config-core";
import { describe, expect, test } from "vitest";
import { valueAt } from "../../lib/path-value.ts";
import { checkDraft } from "./check-draft.ts";
import type { DraftEntry } from "./draft.ts";
import { fieldStateOf, type OwnLayer } from "./field-state.ts";

const own: OwnLayer = { source: "user", configName: "default", priority: 0 };

function issuesOf(entries: Record<string, DraftEntry>, saved = DEFAULT_AI_CONFIGURATION) {
  const states = FIELDS.map((field) => {
    const value = valueAt(saved, field.path);
    const layer = { source: "defaults" } as const;
    return fieldStateOf(field, { value, source: "defaults", layer, hidden: [] }, own, entries[field.path]);
  });
  return checkDraft({ baseVersion: 0, entries, seen: {} }, states, saved, AVAILABLE_MODELS);
}

describe("checking a draft", () => {
  test("finds nothing where nothing is wrong", () => {
    expect(issuesOf({})).toEqual([]);
    expect(issuesOf({ "model.temperature": { mode: "set", value: 0.2 } })).toEqual([]);
  });

  test("names the field that is out of range", () => {
    expect(issuesOf({ "model.temperature": { mode: "set", value: 1.5 } })).toMatchObject([
      { path: "model.temperature", code: "out_of_range" },
    ]);
  });

  test("judges the effective result: a daily budget may not pass the inherited weekly one", () => {
    const issues = issuesOf({ "costBudget.dailyBudget": { mode: "set", value: 501 } });
    expect(issues).toMatchObject([{ path: "costBudget.dailyBudget", code: "inconsistent" }]);
  });

  test("accepts a pair of changes that fit each other", () => {
    expect(
      issuesOf({
        "costBudget.dailyBudget": { mode: "set", value: 501 },
        "costBudget.weeklyBudget": { mode: "set", value: 600 },
      }),
    ).toEqual([]);
  });

  test("asks for a number where a field was emptied, once", () => {
    expect(issuesOf({ "model.maxTokens": { mode: "set", value: null } })).toMatchObject([
      { path: "model.maxTokens", code: "not_a_number" },
    ]);
    expect(issuesOf({ "costBudget.alertThresholds": { mode: "set", value: [0.5, null] } })).toHaveLength(1);
  });

  test("asks for the number of a token budget, and says what it may be", () => {
    expect(issuesOf({ "model.thinking": { mode: "set", value: null } })).toMatchObject([
      { path: "model.thinking", code: "not_a_number" },
    ]);
    expect(issuesOf({ "model.thinking": { mode: "set", value: 12 } })).toMatchObject([
      { path: "model.thinking", message: expect.stringContaining("1,024") },
    ]);
  });

  test("tells a faulty text at its list", () => {
    expect(issuesOf({ "model.stopSequences": { mode: "set", value: ["END", " \n"] } })).toMatchObject([
      { path: "model.stopSequences", message: "Value 2: must not be blank." },
    ]);
  });

  test("accepts that what was set nowhere else is reset to nothing", () => {
    const saved = {
      ...DEFAULT_AI_CONFIGURATION,
      model: { ...DEFAULT_AI_CONFIGURATION.model, effort: "low" as const },
    };
    expect(issuesOf({ "model.effort": { mode: "inherit" } }, saved)).toEqual([]);
  });

  test("does not let an old inconsistency lock an unrelated change", () => {
    const { costBudget } = DEFAULT_AI_CONFIGURATION;
    const saved = { ...DEFAULT_AI_CONFIGURATION, costBudget: { ...costBudget, dailyBudget: 900 } };
    expect(issuesOf({ "model.temperature": { mode: "set", value: 0.2 } }, saved)).toEqual([]);
  });
});
