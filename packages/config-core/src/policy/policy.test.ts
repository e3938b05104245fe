import fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  DEFAULT_AI_CONFIGURATION,
  type FieldPath,
  findBreaches,
  type Layer,
  type Policy,
  readPolicy,
  resolveConfiguration,
  validatePolicy,
} from "../index.ts";
import { readField } from "../read-field.ts";
import { imposedOn } from "./policy.ts";

const MODELS = ["claude-sonnet-4-5-20250929", "claude-opus-5-5", "claude-haiku-5-5", "claude-fable-5-2"];
const NUMBERS: readonly { path: FieldPath; section: string; name: string; values: readonly number[] }[] = [
  { path: "model.temperature", section: "model", name: "temperature", values: [0, 0.2, 0.5, 0.9, 1] },
  { path: "model.maxTokens", section: "model", name: "maxTokens", values: [1, 1024, 4096, 8192, 64_000] },
  {
    path: "costBudget.dailyBudget",
    section: "costBudget",
    name: "dailyBudget",
    values: [0, 5, 50, 100, 400],
  },
  {
    path: "rateLimiting.requestsPerMinute",
    section: "rateLimiting",
    name: "requestsPerMinute",
    values: [1, 10, 50, 500],
  },
];

const values = fc
  .record(
    {
      model: fc.constantFrom(...MODELS),
      streaming: fc.boolean(),
      ...Object.fromEntries(NUMBERS.map(({ path, values: some }) => [path, fc.constantFrom(...some)])),
    },
    { requiredKeys: [] },
  )
  .map((flat) => {
    const layer: Record<string, Record<string, unknown>> = {};
    for (const [key, value] of Object.entries(flat)) {
      const path = key.includes(".") ? key : `model.${key}`;
      const [section = "", name = ""] = path.split(".");
      layer[section] ??= {};
      Object.assign(layer[section] ?? {}, { [name]: value });
    }
    return layer;
  });

const layers: fc.Arbitrary<Layer[]> = fc
  .array(
    fc.record({
      source: fc.constantFrom("environment", "organization", "user"),
      values,
      priority: fc.integer({ min: 0, max: 3 }),
    }),
    { maxLength: 5 },
  )
  .map((list) =>
    list.map((layer, index) => ({ ...layer, id: `row ${index}`, source: layer.source as "user" })),
  );

const numberRule = (some: readonly number[]) =>
  fc.oneof(
    fc.constantFrom(...some).map((lock) => ({ lock })),
    fc
      .tuple(
        fc.constantFrom(...some),
        fc.constantFrom(...some),
        fc.constantFrom("both", "min", "max"),
        fc.constantFrom("clamp", "refuse", undefined),
      )
      .map(([a, b, which, onBreach]) => ({
        ...(which !== "max" && { min: Math.min(a, b) }),
        ...(which !== "min" && { max: Math.max(a, b) }),
        ...(onBreach && { onBreach: onBreach as "clamp" }),
      })),
  );

const policies: fc.Arbitrary<Policy> = fc
  .record(
    {
      fields: fc.record(
        {
          ...Object.fromEntries(NUMBERS.map(({ path, values: some }) => [path, numberRule(some)])),
          "model.streaming": fc.boolean().map((lock) => ({ lock })),
        },
        { requiredKeys: [] },
      ),
      allowedModels: fc.subarray(MODELS, { minLength: 1 }),
    },
    { requiredKeys: [] },
  )
  .map((policy) => policy as Policy);

/** The rules once more, as plainly as they can be said: it knows nothing of explanations, freezing or paths. */
function oracle(given: readonly Layer[], policy: Policy): Map<string, { value: unknown; source: string }> {
  const rank = { environment: 1, organization: 2, user: 3 } as Record<string, number>;
  const found = new Map<string, { value: unknown; source: string }>();
  const weakestFirst = given
    .map((layer, index) => ({ layer, index }))
    .sort(
      (a, b) =>
        (rank[a.layer.source] ?? 0) - (rank[b.layer.source] ?? 0) ||
        (a.layer.priority ?? 0) - (b.layer.priority ?? 0) ||
        a.index - b.index,
    )
    .map(({ layer }) => layer);
  const paths = ["model.model", "model.streaming", ...NUMBERS.map(({ path }) => path)];
  for (const path of paths) {
    const [section = "", name = ""] = path.split(".");
    const says = (tree: unknown) => (tree as Record<string, Record<string, unknown>>)[section]?.[name];
    let value = says(DEFAULT_AI_CONFIGURATION);
    let source = "defaults";
    for (const layer of weakestFirst) {
      if (says(layer.values) === undefined) continue;
      value = says(layer.values);
      source = layer.source;
    }
    const rule = policy.fields?.[path as FieldPath] as
      | { lock?: unknown; min?: number; max?: number }
      | undefined;
    if (rule && "lock" in rule) [value, source] = [rule.lock, "policy"];
    else if (rule?.max !== undefined && (value as number) > rule.max) [value, source] = [rule.max, "policy"];
    else if (rule?.min !== undefined && (value as number) < rule.min) [value, source] = [rule.min, "policy"];
    if (path === "model.model" && policy.allowedModels && !policy.allowedModels.includes(value as string)) {
      const others = [DEFAULT_AI_CONFIGURATION, ...weakestFirst.map((layer) => layer.values)]
        .map(says)
        .filter((id) => id !== undefined && policy.allowedModels?.includes(id as string));
      [value, source] = [others.at(-1) ?? policy.allowedModels[0], "policy"];
    }
    found.set(path, { value, source });
  }
  return found;
}

test("10,000 random layerings and policies give the values and sources of an independent oracle", () => {
  fc.assert(
    fc.property(layers, policies, (given, rules) => {
      const { fields, configuration } = resolveConfiguration(given, { policy: { rules, name: "Acme" } });
      for (const [path, expected] of oracle(given, rules)) {
        const { value, source } = fields[path as FieldPath];
        expect({ path, value, source }).toEqual({ path, ...expected });
        expect(readField(configuration, path as FieldPath)).toEqual(expected.value);
      }
    }),
    { numRuns: 10_000 },
  );
});

test("each value can be rebuilt from its explanation", () => {
  fc.assert(
    fc.property(layers, policies, (given, rules) => {
      const { fields } = resolveConfiguration(given, { policy: { rules } });
      for (const [path, { value, source, hidden, imposed }] of Object.entries(fields)) {
        expect(imposed !== undefined).toBe(source === "policy");
        if (imposed === undefined) continue;
        const below = hidden[0]?.value;
        if (imposed.kind === "models") {
          const allowed = imposed.limit as string[];
          expect(value).toBe(
            hidden.find((item) => allowed.includes(String(item.value)))?.value ?? allowed[0],
          );
        } else {
          const rule = rules.fields?.[path as FieldPath];
          expect(rule && imposedOn(rule, below)?.value).toEqual(value);
        }
      }
    }),
    { numRuns: 2_000 },
  );
});

test("whatever a policy says, the effective value keeps to it", () => {
  fc.assert(
    fc.property(layers, policies, (given, rules) => {
      const { configuration } = resolveConfiguration(given, { policy: { rules } });
      // What is effective could be stored as it is, whichever way bounds are enforced.
      const strict = {
        ...rules,
        fields: Object.fromEntries(
          Object.entries(rules.fields ?? {}).map(([path, rule]) => [
            path,
            { ...rule, onBreach: "refuse" as const },
          ]),
        ),
      };
      expect(findBreaches(strict as Policy, configuration)).toEqual([]);
    }),
    { numRuns: 2_000 },
  );
});

describe("in words", () => {
  const explained = (rules: Policy, values: object) =>
    resolveConfiguration([{ source: "user", id: "u", values }], { policy: { rules, name: "Acme" } }).fields;

  test("the explanation tells who limits what, and what the person had set", () => {
    const field = explained({ fields: { "model.maxTokens": { max: 2048 } } }, { model: { maxTokens: 4096 } })[
      "model.maxTokens"
    ];
    expect(field).toMatchObject({
      value: 2048,
      source: "policy",
      layer: { source: "policy", name: "Acme" },
      imposed: { kind: "max", limit: 2048, message: "Limited to 2,048 tokens by Acme." },
    });
    expect(field.hidden.map(({ value, source }) => [value, source])).toEqual([
      [4096, "user"],
      [4096, "defaults"],
    ]);
    expect(
      explained({ fields: { "model.temperature": { lock: 0 } } }, {})["model.temperature"].imposed?.message,
    ).toBe("Locked by Acme.");
    expect(
      explained({ fields: { "costBudget.dailyBudget": { min: 200 } } }, {})["costBudget.dailyBudget"].imposed
        ?.message,
    ).toBe("Raised to $200 by Acme.");
  });

  test("a refused write names the limit and who set it; a clamped one is no breach", () => {
    const rules: Policy = {
      fields: {
        "model.maxTokens": { max: 2048, onBreach: "refuse" },
        "model.temperature": { lock: 0 },
        "costBudget.dailyBudget": { max: 10 },
      },
      allowedModels: ["claude-opus-5-5"],
    };
    const layer = {
      model: { maxTokens: 4096, temperature: 0.5, model: "claude-haiku-5-5" },
      costBudget: { dailyBudget: 50 },
    };
    expect(findBreaches(rules, layer, { name: "Acme" })).toEqual([
      {
        path: "model.maxTokens",
        code: "policy_limit",
        message: "Must be 2,048 tokens or less: the limit of Acme.",
      },
      { path: "model.temperature", code: "policy_locked", message: "Must be 0: Acme has locked it." },
      {
        path: "model.model",
        code: "policy_model",
        message: "Must be a model that Acme allows: claude-opus-5-5.",
      },
    ]);
    expect(findBreaches(rules, { model: { temperature: 0, maxTokens: 1 } }, { name: "Acme" })).toEqual([]);
    // What was stored before the policy came keeps nobody from changing something else.
    const more = { ...layer, model: { ...layer.model, maxTokens: 5000 } };
    expect(findBreaches(rules, more, { before: layer }).map(({ path }) => path)).toEqual(["model.maxTokens"]);
  });
});

describe("validatePolicy", () => {
  test.each([
    [{}],
    [
      {
        fields: {
          "model.maxTokens": { max: 8192, onBreach: "refuse" },
          "model.stopSequences": { lock: ["END"] },
        },
      },
    ],
    [{ fields: { "model.model": { lock: "claude-opus-5-5" } }, allowedModels: ["claude-opus-5-5"] }],
    [{ fields: { "costBudget.timeZone": { lock: "Europe/Berlin" } } }],
    [
      {
        pool: {
          dailyBudget: 10,
          weeklyBudget: 50,
          monthlyBudget: 200,
          requestsPerMinute: 500,
          concurrentRequests: 20,
        },
      },
    ],
  ])("%j is a policy", (policy) => {
    expect(validatePolicy(policy)).toEqual({ success: true, data: policy });
  });

  test.each([
    [[], ""],
    [{ bounds: {} }, "bounds"],
    [{ fields: { "model.nothing": { lock: 1 } } }, "fields.model.nothing"],
    [{ fields: { "apiKeys.primaryKey": { lock: "x" } } }, "fields.apiKeys.primaryKey"],
    [{ fields: { "model.temperature": { lock: 2 } } }, "fields.model.temperature.lock"],
    [{ fields: { "model.temperature": {} } }, "fields.model.temperature"],
    [{ fields: { "model.temperature": { max: 3 } } }, "fields.model.temperature.max"],
    [{ fields: { "model.temperature": { min: 0.5, max: 0.4 } } }, "fields.model.temperature.min"],
    [{ fields: { "model.temperature": { lock: 0.5, max: 0.4 } } }, "fields.model.temperature.max"],
    [{ fields: { "model.streaming": { max: 1 } } }, "fields.model.streaming"],
    [{ fields: { "model.model": null } }, "fields.model.model"],
    [{ fields: { "model.model": [] } }, "fields.model.model"],
    [{ fields: { "costBudget.timeZone": null } }, "fields.costBudget.timeZone"],
    [{ fields: { "costBudget.timeZone": { lock: "Europe/Bern" } } }, "fields.costBudget.timeZone.lock"],
    [{ fields: { "costBudget.timeZone": { lock: "+01:00" } } }, "fields.costBudget.timeZone.lock"],
    [{ fields: { "model.model": { lock: "claude-99" } } }, "fields.model.model.lock"],
    [
      { fields: { "model.model": { lock: "claude-opus-5" } }, allowedModels: ["claude-opus-5-5"] },
      "fields.model.model.lock",
    ],
    [{ allowedModels: [] }, "allowedModels"],
    [{ allowedModels: ["claude-99"] }, "allowedModels"],
    [{ allowedModels: ["claude-opus-5", "claude-opus-5"] }, "allowedModels"],
    [{ pool: { dailyBudget: -1 } }, "pool.dailyBudget"],
    [{ pool: { dailyBudget: 10, weeklyBudget: 5 } }, "pool.dailyBudget"],
    [JSON.parse('{"fields":{"__proto__":{"lock":1}}}'), "fields.__proto__"],
  ])("%j is refused at %s", (policy, path) => {
    const checked = validatePolicy(policy);
    expect(checked).toMatchObject({
      success: false,
      errors: expect.arrayContaining([expect.objectContaining({ path })]),
    });
  });

  test("of a stored policy the rules that are valid impose, the others do nothing", () => {
    expect(
      readPolicy({ fields: { "model.temperature": { lock: 9 }, "model.maxTokens": { max: 100 } } }),
    ).toEqual({
      fields: { "model.maxTokens": { max: 100 } },
    });
    for (const broken of [null, 7, [], { fields: 7 }, { unknown: 1 }]) expect(readPolicy(broken)).toEqual({});
  });
});

describe("a refusal of a policy", () => {
  test("shows of a field's name no key, and no more than its beginning", () => {
    const key = `sk-ant-api03-${"canary".repeat(6)}`;
    for (const name of [key, `model.${key}`, "a".repeat(50_000)]) {
      const checked = validatePolicy({ fields: { [name]: { lock: 1 } } });
      const told = JSON.stringify(checked);
      expect(checked.success).toBe(false);
      expect(told).not.toContain("canary");
      expect(told.length).toBeLessThan(500);
    }
  });

  test("names a hundred problems, and counts the others", () => {
    const fields = Object.fromEntries(
      Array.from({ length: 2_000 }, (_, index) => [`f${index}`, { lock: 1 }]),
    );
    const checked = validatePolicy({ fields });
    expect(!checked.success && checked.errors).toHaveLength(101);
    expect(!checked.success && checked.errors.at(-1)?.message).toBe("There are 1900 more problems.");
  });
});
