import { describe, expect, test } from "vitest";

import {
  AVAILABLE_MODELS,
  compileMessageParams,
  findWarnings,
  lifecycleReport,
  type Policy,
  resolveConfiguration,
} from "../index.ts";

const date = new Date("2026-11-23T12:00:00Z");
const retired = new Date("2026-11-30T00:00:00Z");
const sonnet = "claude-sonnet-4-5-20250929";

function under(policy: Policy, model: object = {}) {
  const { configuration, fields } = resolveConfiguration([{ source: "user", id: "u", values: { model } }], {
    policy: { rules: policy, name: "Acme" },
  });
  const options = { fields, policy };
  return {
    compileAt: (at: Date) =>
      compileMessageParams(configuration, { apiVersion: "2026-10-21", date: at, ...options }),
    warningsAt: (at: Date) => findWarnings(configuration, { date: at, ...options }),
    report: () => lifecycleReport([{ ref: 1, configuration, ...options }], date),
  };
}

test("how a capped budget is held is not for its account to say, which it is told", () => {
  const given = {
    costBudget: { dailyEnforcement: "warn", weeklyEnforcement: "warn", timeZone: "Asia/Tokyo" },
  };
  const told = (policy: Policy, source: "user" | "organization" = "user") => {
    const rules = { policy: { rules: policy, name: "Acme" } };
    const { configuration, fields } = resolveConfiguration([{ source, id: "x", values: given }], rules);
    return findWarnings(configuration, { date, fields, policy })
      .filter(({ code }) => code === "policy_budget")
      .map(({ path, isDropped }) => [path, isDropped]);
  };
  const policy: Policy = { fields: { "costBudget.dailyBudget": { max: 5 } } };
  expect(told(policy)).toEqual([
    ["costBudget.timeZone", true],
    ["costBudget.dailyEnforcement", true],
  ]);
  expect(told(policy, "organization")).toEqual([]);
  expect(told({ fields: { "costBudget.dailyBudget": { min: 5 } } })).toEqual([]);
});

describe("a replacement that the policy does not allow", () => {
  const only = under({ allowedModels: [sonnet] });

  test("is never called: the call fails and says why", () => {
    expect(only.compileAt(date).params.model).toBe(sonnet);
    expect(() => only.compileAt(retired)).toThrow(
      expect.objectContaining({
        code: "MODEL_RETIRED",
        issues: [
          {
            path: "model.model",
            code: "policy_model",
            message:
              "Claude Sonnet 4.5 was retired on 2026-11-30, and Claude Sonnet 5.5, which replaces it, is not allowed. Choose another model.",
          },
        ],
      }),
    );
  });

  test("is told in time, and on the day", () => {
    expect(only.warningsAt(date)[0]).toEqual({
      path: "model.model",
      code: "model_deprecated",
      message:
        "Claude Sonnet 4.5 retires on 2026-11-30, in 7 days. Calls fail from then on: Claude Sonnet 5.5, which replaces it, is not allowed.",
    });
    expect(only.warningsAt(retired)).toMatchObject([{ path: "model.model", code: "policy_model" }]);
    expect(only.report().configurations).toMatchObject([{ replacement: null, changes: [] }]);
  });

  test("gives way to one further on that is allowed", () => {
    const models = {
      ...AVAILABLE_MODELS,
      "claude-sonnet-5-5": {
        ...AVAILABLE_MODELS["claude-sonnet-5-5"],
        lifecycle: { ...AVAILABLE_MODELS[sonnet]?.lifecycle, replacement: "claude-opus-5-5" },
      },
    } as typeof AVAILABLE_MODELS;
    const policy = { allowedModels: [sonnet, "claude-opus-5-5"] };
    const { configuration } = resolveConfiguration([], { policy: { rules: policy } });
    const compiled = compileMessageParams(configuration, {
      apiVersion: "2026-10-21",
      date: retired,
      models,
      policy,
    });
    expect(compiled.params.model).toBe("claude-opus-5-5");
  });

  test("is called where its alias or its id is allowed, and where nothing is forbidden", () => {
    for (const policy of [{ allowedModels: [sonnet, "claude-sonnet-5-5"] }, {}])
      expect(under(policy).compileAt(retired).params.model).toBe("claude-sonnet-5-5");
  });
});

describe("a region that the policy locks", () => {
  const inUs: Policy = { fields: { "model.inferenceGeo": { lock: "us" } } };

  test("is sent where the model can be bound to it", () => {
    expect(under(inUs, { model: "claude-opus-5-5" }).compileAt(date).params.inference_geo).toBe("us");
  });

  test.each(["claude-haiku-4-5-20251001", "claude-99"])("is never dropped: a call of %s fails", (model) => {
    const { compileAt, warningsAt } = under(inUs, { model });
    expect(() => compileAt(date)).toThrow(
      expect.objectContaining({
        code: "POLICY_CONFLICT",
        issues: [expect.objectContaining({ path: "model.model", code: "policy_model" })],
      }),
    );
    expect(warningsAt(date)).toContainEqual({
      path: "model.model",
      code: "policy_model",
      message: expect.stringMatching(
        /^(Claude Haiku 4\.5|claude-99) cannot be bound to the region "us", which is locked\. Choose another model\.$/,
      ),
    });
  });

  test("counts also where only the policy or only the sources are given", () => {
    const { configuration, fields } = resolveConfiguration(
      [{ source: "user", id: "u", values: { model: { model: "claude-haiku-4-5" } } }],
      { policy: { rules: inUs } },
    );
    for (const known of [{ fields }, { policy: inUs }])
      expect(() => compileMessageParams(configuration, { apiVersion: "2026-10-21", date, ...known })).toThrow(
        expect.objectContaining({ code: "POLICY_CONFLICT" }),
      );
  });

  test("may be left out where it is anywhere, and where the user chose it", () => {
    const anywhere: Policy = { fields: { "model.inferenceGeo": { lock: "global" } } };
    const haiku = { model: "claude-haiku-4-5" };
    for (const { compileAt } of [under(anywhere, haiku), under({}, { ...haiku, inferenceGeo: "us" })])
      expect(compileAt(date).adjustments).toContainEqual(
        expect.objectContaining({ code: "geo_not_supported", to: null }),
      );
  });
});
