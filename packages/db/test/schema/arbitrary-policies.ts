import { BOUNDED_PATHS, FIELDS, type FieldDefinition } from "@ai-config/config-core";
import fc from "fast-check";

import { layer, validValue } from "./arbitrary-layers.ts";

const MODELS = ["claude-sonnet-4-5-20250929", "claude-opus-5-5", "claude-haiku-5-5", "claude-nobody-knows"];
const writable = FIELDS.filter((field) => field.writable);
const bounded = writable.filter(({ path }) => BOUNDED_PATHS.has(path));

const numberOf = (field: FieldDefinition) => validValue(field) as fc.Arbitrary<number>;
const onBreach = fc.constantFrom("clamp", "refuse", undefined);

const lockRule = fc
  .constantFrom(...writable)
  .chain((field) => validValue(field).map((lock) => [field.path, { lock }] as const));

const boundsRule = fc.constantFrom(...bounded).chain((field) =>
  fc.tuple(numberOf(field), numberOf(field), fc.constantFrom("min", "max", "both"), onBreach).map(
    ([a, b, which, how]) =>
      [
        field.path,
        {
          ...(which !== "max" && { min: Math.min(a, b) }),
          ...(which !== "min" && { max: Math.max(a, b) }),
          ...(how && { onBreach: how }),
        },
      ] as const,
  ),
);

const pool = fc.record(
  {
    dailyBudget: fc.integer({ min: 0, max: 20 }),
    weeklyBudget: fc.integer({ min: 0, max: 40 }),
    monthlyBudget: fc.integer({ min: 0, max: 60 }),
    requestsPerMinute: fc.integer({ min: 1, max: 9 }),
    concurrentRequests: fc.integer({ min: 1, max: 9 }),
  },
  { requiredKeys: [] },
);

const allowedModels = fc.subarray(MODELS, { minLength: 1 });

/** Policies whose rules are right by themselves; a lock may contradict the allowed models. */
export const policy: fc.Arbitrary<Record<string, unknown>> = fc.record(
  {
    fields: fc
      .array(fc.oneof(lockRule, boundsRule), { maxLength: 6 })
      .map((rules) => Object.fromEntries(rules)),
    allowedModels,
  },
  { requiredKeys: [] },
);

const oddValue = fc.oneof(
  fc.constantFrom(
    null,
    true,
    "",
    "x",
    0,
    -1,
    1.5,
    1e9,
    1e308,
    [],
    {},
    [1],
    ["a", "a"],
    { lock: null },
    { min: 2, max: 1 },
  ),
  layer,
  pool,
);

const oddRule = fc.oneof(
  fc.record({ lock: oddValue }),
  fc.record({ lock: fc.constant(0), max: fc.constant(1) }),
  fc.record({ min: oddValue, max: oddValue, onBreach: fc.oneof(onBreach, oddValue) }, { requiredKeys: [] }),
  oddValue,
);

const oddPath = fc.oneof(
  fc.constantFrom(...FIELDS.map(({ path }) => path as string)),
  fc.constantFrom(
    "",
    "model",
    "model.",
    ".model",
    "model.nothing",
    "model.temperature.x",
    "apiKeys.primaryKey",
    "__proto__.x",
    "constructor",
  ),
);

/** Anything that looks a little like a policy. */
export const hostilePolicy: fc.Arbitrary<unknown> = fc.oneof(
  oddValue,
  fc.record(
    {
      fields: fc.oneof(fc.dictionary(oddPath, oddRule, { maxKeys: 3 }), oddValue),
      allowedModels: fc.oneof(
        allowedModels,
        oddValue,
        fc.array(fc.constantFrom(...MODELS, "", "x".repeat(101), "sk-ant-api03-abcdef", "aics_LJQkKIqg"), {
          maxLength: 4,
        }),
      ),
      pool: fc.oneof(
        pool,
        oddValue,
        fc.record({ dailyBudget: oddValue, requestsPerMinute: oddValue }, { requiredKeys: [] }),
      ),
      more: oddValue,
    },
    { requiredKeys: [] },
  ),
);
