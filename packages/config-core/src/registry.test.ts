import { expect, test } from "vitest";

import { schemaOf } from "./configuration.ts";
import {
  DEFAULT_AI_CONFIGURATION,
  FIELDS,
  type FieldDefinition,
  fieldAt,
  SECTIONS,
  validateAIConfiguration,
  validatePatch,
} from "./index.ts";
import { readField } from "./read-field.ts";

test("the defaults are a valid configuration, and nobody can change them", () => {
  expect(validateAIConfiguration(DEFAULT_AI_CONFIGURATION)).toEqual({
    success: true,
    data: DEFAULT_AI_CONFIGURATION,
  });
  expect(() => Object.assign(DEFAULT_AI_CONFIGURATION.model, { temperature: 1 })).toThrow(TypeError);
  expect(() => DEFAULT_AI_CONFIGURATION.costBudget.alertThresholds.push(1)).toThrow(TypeError);
});

test("the defaults are those of the contract", () => {
  expect(DEFAULT_AI_CONFIGURATION).toEqual({
    model: {
      model: "claude-sonnet-4-5-20250929",
      temperature: 0.7,
      maxTokens: 4096,
      topP: 0.9,
      streaming: false,
    },
    rateLimiting: { requestsPerMinute: 50, concurrentRequests: 3, burstAllowance: 10 },
    retryStrategy: { maxRetries: 3, backoffType: "exponential", baseDelay: 1000, maxDelay: 16_000 },
    costBudget: {
      dailyBudget: 100,
      weeklyBudget: 500,
      monthlyBudget: 2000,
      alertThresholds: [0.5, 0.75, 0.9],
    },
    apiKeys: { primaryKey: "", keyVersion: 1, rotationSchedule: "manual" },
    timeouts: { generationTimeout: 60_000, connectionTimeout: 10_000, totalRequestTimeout: 120_000 },
  });
});

test("the registry and the sections name the same fields, each once", () => {
  expect(SECTIONS.flatMap((section) => section.fields)).toEqual(FIELDS);
  expect(new Set(FIELDS.map((field) => field.path)).size).toBe(FIELDS.length);
  for (const [section, values] of Object.entries(DEFAULT_AI_CONFIGURATION)) {
    for (const name of Object.keys(values))
      expect(fieldAt(`${section}.${name}`)).toMatchObject({ section, name });
  }
  expect(fieldAt("model.nothing")).toBeUndefined();
  expect(fieldAt("__proto__")).toBeUndefined();
});

const accepts = (field: FieldDefinition, value: unknown) => schemaOf(field.path).safeParse(value).success;

test("what a budget may do without says what holds then", () => {
  const absent = FIELDS.filter(
    ({ section, name }) => section === "costBudget" && !(name in DEFAULT_AI_CONFIGURATION.costBudget),
  );
  expect(absent.map(({ name }) => name)).toContain("dailyEnforcement");
  for (const { help } of absent) expect(help).toMatch(/ Without (one|a choice): /);
});

test.each(FIELDS)("$path has words for people, and a default that its own schema accepts", (field) => {
  expect(field.label).not.toBe("");
  expect(field.help).toMatch(/\.$/);
  const value = readField(DEFAULT_AI_CONFIGURATION, field.path);
  if (value !== undefined) expect(accepts(field, value)).toBe(true);
});

const numeric = FIELDS.filter((field) => ["number", "integer", "numbers"].includes(field.type));

test.each(numeric)("$path has two bounds, and its schema keeps exactly them", (field) => {
  const { min = Number.NaN, max = Number.NaN, type } = field;
  const step = type === "integer" ? 1 : 1e-6;
  const [below, least, greatest, above] = [min - step, min, max, max + step].map((number) =>
    accepts(field, type === "numbers" ? [number] : number),
  );
  expect({ below, least, greatest, above }).toEqual({
    below: false,
    least: true,
    greatest: true,
    above: false,
  });
  if (type === "integer") expect(accepts(field, min + 0.5)).toBe(false);
});

test("lists and texts have a greatest length, and their schemas keep exactly it", () => {
  const numbers = (length: number) => Array.from({ length }, (_, index) => index / 100);
  const texts = (length: number) => Array.from({ length }, () => "END");
  for (const field of FIELDS) {
    const { maxItems, maxLength, type } = field;
    if (type === "numbers" || type === "strings") expect(maxItems).toBeDefined();
    if (type === "strings" || (type === "string" && !field.options)) expect(maxLength).toBeDefined();
    if (maxItems) {
      const list = type === "numbers" ? numbers : texts;
      expect([maxItems, maxItems + 1].map((length) => accepts(field, list(length)))).toEqual([true, false]);
    }
    if (maxLength) {
      const accepted = [maxLength, maxLength + 1].map((length) => {
        const text = "x".repeat(length);
        return accepts(field, type === "strings" ? [text] : text);
      });
      expect(accepted).toEqual([true, false]);
    }
  }
});

test("a list of texts holds no blank one, and no secret", () => {
  const field = fieldAt("model.stopSequences") as FieldDefinition;
  for (const text of ["", " ", "\t\r\n", "sk-ant-api03-abcdef"]) expect(accepts(field, [text])).toBe(false);
  expect(accepts(field, [" END", "\n\nHuman:"])).toBe(true);
});

test("thinking is one of two words or a budget, and a refusal says so", () => {
  const field = fieldAt("model.thinking") as FieldDefinition;
  for (const value of ["off", "adaptive", 1024, 127_999]) expect(accepts(field, value)).toBe(true);
  for (const value of [1023, 128_000, 2000.5, "on", "", true, null, Number.NaN])
    expect(accepts(field, value)).toBe(false);
  const checked = validatePatch({ model: { thinking: "on" } });
  expect(checked).toMatchObject({
    errors: [
      {
        path: "model.thinking",
        code: "invalid_value",
        message: 'Must be "off", "adaptive" or a whole number of tokens from 1,024 to 127,999.',
      },
    ],
  });
});
