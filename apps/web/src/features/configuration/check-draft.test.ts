import {
  type AIConfiguration,
  AVAILABLE_MODELS,
  DEFAULT_AI_CONFIGURATION,
  FIELDS,
  type LayerRef,
  type Policy,
} from "@ai-config/config-core";
import { describe, expect, test } from "vitest";
import { valueAt } from "../../lib/path-value.ts";
import type { DraftEntry } from "../../settings/draft.ts";
import { checkDraft, draftWarnings, type Judgement } from "./check-draft.ts";
import { fieldStateOf, type OwnLayer, type PolicyInForce } from "./field-state.ts";

const own: OwnLayer = { source: "user", configName: "default", priority: 0 };

function issuesOf(
  entries: Record<string, DraftEntry>,
  saved = DEFAULT_AI_CONFIGURATION,
  more: Partial<Judgement> = {},
) {
  const states = FIELDS.map((field) => {
    const value = valueAt(saved, field.path);
    const layer = { source: "defaults" } as const;
    const explanation = { value, source: "defaults", layer, hidden: [] } as const;
    return fieldStateOf(field, explanation, own, entries[field.path], undefined, more.policy);
  });
  return checkDraft({ baseVersion: 0, entries, seen: {} }, states, {
    saved,
    models: AVAILABLE_MODELS,
    ...more,
  });
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

  test("counts an old problem at a field that the draft changes, for the server will", () => {
    const { costBudget } = DEFAULT_AI_CONFIGURATION;
    const saved = { ...DEFAULT_AI_CONFIGURATION, costBudget: { ...costBudget, dailyBudget: 900 } };
    const issues = issuesOf({ "costBudget.dailyBudget": { mode: "set", value: 800 } }, saved);
    expect(issues).toMatchObject([{ path: "costBudget.dailyBudget", code: "inconsistent" }]);
  });

  test("counts a problem that the draft puts in other words: it moved the other field of the pair", () => {
    const { costBudget } = DEFAULT_AI_CONFIGURATION;
    const saved = { ...DEFAULT_AI_CONFIGURATION, costBudget: { ...costBudget, dailyBudget: 900 } };
    const issues = issuesOf({ "costBudget.weeklyBudget": { mode: "set", value: 400 } }, saved);
    expect(issues).toMatchObject([
      { path: "costBudget.dailyBudget", message: expect.stringContaining("$400") },
    ]);
  });
});

describe("a draft under a policy", () => {
  const policy: PolicyInForce = {
    name: "Acme",
    rules: {
      fields: {
        "model.maxTokens": { max: 2048, onBreach: "refuse" },
        "model.topP": { max: 0.5 },
        "model.temperature": { lock: 0.2 },
      },
      allowedModels: ["claude-sonnet-4-5-20250929"],
    },
  };
  const set = (value: unknown): DraftEntry => ({ mode: "set", value });

  test("is refused for what the server would refuse, in the same words", () => {
    const entries = {
      "model.maxTokens": set(3000),
      "model.temperature": set(0.3),
      "model.model": set("claude-haiku-5-5"),
    };
    const issues = issuesOf(entries, DEFAULT_AI_CONFIGURATION, { policy });
    expect(issues.map(({ path, code }) => [path, code]).sort()).toEqual([
      ["model.maxTokens", "policy_limit"],
      ["model.model", "policy_model"],
      ["model.temperature", "policy_locked"],
    ]);
    expect(issues.find(({ path }) => path === "model.maxTokens")?.message).toBe(
      "Must be 2,048 tokens or less: the limit of Acme.",
    );
  });

  test("may hold what is only limited where it is used, and what keeps within the bounds", () => {
    const entries = { "model.topP": set(0.9), "model.maxTokens": set(2048) };
    expect(issuesOf(entries, DEFAULT_AI_CONFIGURATION, { policy })).toEqual([]);
  });

  test("is not blamed for what was stored before the policy came", () => {
    const stored = { model: { maxTokens: 4_000 } };
    const issues = issuesOf({ "model.topK": set(40) }, DEFAULT_AI_CONFIGURATION, { policy, stored });
    expect(issues).toEqual([]);
  });
});

describe("the warnings of a draft", () => {
  const row: OwnLayer = { ...own, id: "mine", createdAt: "2026-03-01T10:00:00Z" };
  const stored: LayerRef = {
    source: "user",
    id: "mine",
    name: "default",
    version: 4,
    priority: 0,
    createdAt: "2026-03-01T10:00:00Z",
  };

  function warningsOf(
    entries: Record<string, DraftEntry>,
    mine: Record<string, unknown> = {},
    policy: Policy | null = null,
  ) {
    const states = FIELDS.map((field) => {
      const byDefault = {
        value: valueAt(DEFAULT_AI_CONFIGURATION, field.path),
        source: "defaults",
        layer: { source: "defaults" },
      } as const;
      const explanation =
        field.path in mine
          ? { value: mine[field.path], source: "user" as const, layer: stored, hidden: [byDefault] }
          : { ...byDefault, hidden: [] };
      return fieldStateOf(field, explanation, row, entries[field.path]);
    });
    const saved = DEFAULT_AI_CONFIGURATION as AIConfiguration;
    const date = new Date("2026-11-23T12:00:00Z");
    return draftWarnings(states, saved, { models: AVAILABLE_MODELS, date, policy });
  }

  test("follow the model that the draft chooses", () => {
    const model = { "model.model": { mode: "set", value: "claude-sonnet-4-5-20250929" } } as const;
    expect(warningsOf(model)).toContainEqual({
      path: "model.model",
      code: "model_deprecated",
      message: "Claude Sonnet 4.5 retires on 2026-11-30, in 7 days. Claude Sonnet 5.5 replaces it.",
    });
  });

  test("know which replacement the policy allows", () => {
    const model = { "model.model": { mode: "set", value: "claude-sonnet-4-5-20250929" } } as const;
    const policy = { allowedModels: ["claude-sonnet-4-5-20250929"] };
    expect(warningsOf(model, {}, policy)).toContainEqual(
      expect.objectContaining({
        code: "model_deprecated",
        message: expect.stringContaining("Calls fail from then on: Claude Sonnet 5.5"),
      }),
    );
  });

  test("an edited field counts as one of the row it is going to: temperature stays, top-p goes", () => {
    const entries = {
      "model.model": { mode: "set", value: "claude-sonnet-4-5-20250929" },
      "model.topP": { mode: "set", value: 0.9 },
    } as const;
    const sampling = warningsOf(entries, { "model.temperature": 0.4 }).filter(({ code }) =>
      code.startsWith("sampling"),
    );
    expect(sampling).toMatchObject([{ path: "model.topP", code: "sampling_one_of_two" }]);
  });

  test("an edited field is closer than one that is inherited: temperature goes", () => {
    const entries = {
      "model.model": { mode: "set", value: "claude-sonnet-4-5-20250929" },
      "model.topP": { mode: "set", value: 0.9 },
    } as const;
    expect(warningsOf(entries)).toContainEqual(
      expect.objectContaining({ path: "model.temperature", code: "sampling_one_of_two" }),
    );
  });

  test("do not fail on a value that is yet to be corrected", () => {
    const entries = {
      "model.thinking": { mode: "set", value: null },
      "model.temperature": { mode: "set", value: 7 },
      "model.model": { mode: "set", value: "no-such-model" },
    } as const;
    expect(warningsOf(entries)).toContainEqual(expect.objectContaining({ code: "model_unknown" }));
  });
});
