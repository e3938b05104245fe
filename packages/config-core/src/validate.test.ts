import { describe, expect, test } from "vitest";

import {
  type AIConfiguration,
  AVAILABLE_MODELS,
  type Checked,
  DEFAULT_AI_CONFIGURATION,
  LAYER_BYTES_MAX,
  type ModelInfo,
  validateAIConfiguration,
  validateLayer,
  validatePatch,
} from "./index.ts";

const problemsOf = (checked: Checked<unknown>) =>
  checked.success ? [] : checked.errors.map(({ path, code, message }) => `${path}: ${code}: ${message}`);

const whole = (changes: object): unknown => {
  const copy: Record<string, object> = structuredClone(DEFAULT_AI_CONFIGURATION) as AIConfiguration &
    Record<string, object>;
  for (const [section, values] of Object.entries(changes)) copy[section] = { ...copy[section], ...values };
  return copy;
};

describe("a patch", () => {
  test.each([
    ['{"model":{"temperature":1.5}}', "model.temperature: out_of_range: Must be 1 or less."],
    ['{"model":{"temperature":-0.1}}', "model.temperature: out_of_range: Must be 0 or more."],
    ['{"model":{"temperature":"0.5"}}', "model.temperature: invalid_type: Must be a number, not text."],
    ['{"model":{"temperature":1e400}}', "model.temperature: not_a_number: Must be a finite number."],
    ['{"model":{"maxTokens":0}}', "model.maxTokens: out_of_range: Must be 1 or more."],
    ['{"model":{"maxTokens":1.5}}', "model.maxTokens: not_an_integer: Must be a whole number."],
    ['{"model":{"streaming":1}}', "model.streaming: invalid_type: Must be true or false, not a number."],
    ['{"model":{"model":""}}', "model.model: out_of_range: Must not be empty."],
    [
      '{"model":{"temprature":1}}',
      "model.temprature: unknown_field: There is no such field. Check the spelling.",
    ],
    ['{"modell":{}}', "modell: unknown_field: There is no such field. Check the spelling."],
    ['{"model":[]}', "model: invalid_type: Must be an object, not a list."],
    ["[]", ": invalid_type: Must be an object, not a list."],
    ["null", ": invalid_type: Must be an object, not null."],
    [
      '{"rateLimiting":{"requestsPerMinute":0}}',
      "rateLimiting.requestsPerMinute: out_of_range: Must be 1 or more.",
    ],
    [
      '{"rateLimiting":{"burstAllowance":-1}}',
      "rateLimiting.burstAllowance: out_of_range: Must be 0 or more.",
    ],
    ['{"retryStrategy":{"maxRetries":11}}', "retryStrategy.maxRetries: out_of_range: Must be 10 or less."],
    ['{"retryStrategy":{"maxRetries":1e18}}', "retryStrategy.maxRetries: out_of_range: Must be 10 or less."],
    ['{"retryStrategy":{"baseDelay":0}}', "retryStrategy.baseDelay: out_of_range: Must be 1 or more."],
    [
      '{"retryStrategy":{"backoffType":"random"}}',
      'retryStrategy.backoffType: invalid_value: Must be one of "exponential", "linear", "fixed".',
    ],
    [
      '{"retryStrategy":{"backoffType":2}}',
      "retryStrategy.backoffType: invalid_type: Must be text, not a number.",
    ],
    ['{"costBudget":{"dailyBudget":-1}}', "costBudget.dailyBudget: out_of_range: Must be 0 or more."],
    [
      '{"costBudget":{"monthlyBudget":1000000001}}',
      "costBudget.monthlyBudget: out_of_range: Must be 1,000,000,000 or less.",
    ],
    [
      '{"costBudget":{"alertThresholds":[0.5,1.2]}}',
      "costBudget.alertThresholds: out_of_range: Value 2: must be 1 or less.",
    ],
    [
      '{"costBudget":{"alertThresholds":[0.5,0.5]}}',
      "costBudget.alertThresholds: invalid_value: Must name each value once.",
    ],
    [
      '{"costBudget":{"alertThresholds":[0,0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9,1]}}',
      "costBudget.alertThresholds: out_of_range: Must be 10 values or less.",
    ],
    [
      '{"costBudget":{"alertThresholds":0.5}}',
      "costBudget.alertThresholds: invalid_type: Must be a list, not a number.",
    ],
    [
      '{"apiKeys":{"primaryKey":"x"}}',
      "apiKeys.primaryKey: secret_not_allowed: Must not hold an API key. Store keys with rotate-key.",
    ],
    [
      '{"apiKeys":{"secondaryKey":null}}',
      "apiKeys.secondaryKey: secret_not_allowed: Must not hold an API key. Store keys with rotate-key.",
    ],
    [
      '{"apiKeys":{"keyVersion":2}}',
      "apiKeys.keyVersion: read_only: Cannot be set. The product works it out by itself.",
    ],
    ['{"capabilities":null}', "capabilities: read_only: Cannot be set. The product works it out by itself."],
    [
      '{"timeouts":{"totalRequestTimeout":3600001}}',
      "timeouts.totalRequestTimeout: out_of_range: Must be 3,600,000 or less.",
    ],
    ['{"__proto__":{"model":{}}}', '__proto__: reserved_key: Must not use the name "__proto__".'],
    ['{"model":{"constructor":1}}', 'model.constructor: reserved_key: Must not use the name "constructor".'],
    [
      '{"model":{"model":"my sk-ant-api03-abc"}}',
      "model.model: secret_not_allowed: Must not hold an API key. Store keys with rotate-key.",
    ],
  ])("%s is refused, and the answer says why", (json, problem) => {
    expect(problemsOf(validatePatch(JSON.parse(json)))[0]).toBe(problem);
  });

  test("of an unknown model is refused with the models there are", () => {
    const [problem] = problemsOf(validatePatch({ model: { model: "claude-99" } }));
    expect(problem).toMatch(
      /^model\.model: unknown_model: .*claude-sonnet-4-5-20250929, .*claude-3-5-sonnet-20241022/,
    );
    expect(validatePatch({ model: { model: "constructor" } }).success).toBe(false);
  });

  test("is judged by the catalogue that is given", () => {
    const opus = AVAILABLE_MODELS["claude-opus-5-5"] as ModelInfo;
    const models = { "claude-99": { ...opus, id: "claude-99", displayName: "Claude 99" } };
    expect(validatePatch({ model: { model: "claude-99" } }, { models }).success).toBe(true);
  });

  test("tells all its problems at once, one per field", () => {
    const patch = JSON.parse(
      '{"model":{"temperature":2,"topP":"x","x":1},"timeouts":7,"__proto__":1,"capabilities":{}}',
    );
    const checked = validatePatch(patch);
    const paths = checked.success ? [] : checked.errors.map((issue) => issue.path);
    expect(paths.sort()).toEqual([
      "__proto__",
      "capabilities",
      "model.temperature",
      "model.topP",
      "model.x",
      "timeouts",
    ]);
  });

  test("may hold null for any writable field or section", () => {
    expect(validatePatch({ model: null, timeouts: { connectionTimeout: null }, apiKeys: null }).success).toBe(
      true,
    );
  });

  test("never shows a key in its problems, wherever the key stands", () => {
    const key = "sk-ant-api03-verysecret";
    const checked = validatePatch({
      [key]: { [key]: key },
      model: { model: key, temperature: key, [key]: [key] },
    });
    expect(checked.success).toBe(false);
    expect(JSON.stringify(checked)).not.toContain("verysecret");
  });
});

describe("a layer", () => {
  test.each(["claude\u0000", "claude\ud800"])(
    "is refused text that the database cannot store: %j",
    (model) => {
      expect(validateLayer({ model: { model } })).toEqual({
        success: false,
        errors: [
          {
            path: "model.model",
            code: "invalid_value",
            message: "Must not contain NUL or half of a character.",
          },
        ],
      });
    },
  );

  test("holds no null", () => {
    expect(problemsOf(validateLayer({ model: { temperature: null } }))).toEqual([
      "model.temperature: invalid_type: Must be a number, not null.",
    ]);
  });

  test("may be 64 KiB of JSON, and not a byte more", () => {
    const sized = (filler: string) => {
      const checked = validateLayer({ x: filler });
      return checked.success || checked.errors.some((issue) => issue.code === "too_large");
    };
    const room = LAYER_BYTES_MAX - JSON.stringify({ x: "" }).length;
    expect(sized("a".repeat(room))).toBe(false);
    expect(sized("a".repeat(room + 1))).toBe(true);
    expect(sized("\u{1f600}".repeat(Math.floor(room / 4)))).toBe(false);
    expect(sized("\u{1f600}".repeat(Math.floor(room / 4) + 1))).toBe(true);
    expect(sized("é€".repeat(Math.floor(room / 5) + 1))).toBe(true);
  });

  test("nested a hundred thousand levels deep is refused without exhausting the stack", () => {
    const deep = JSON.parse(`${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`);
    expect(problemsOf(validateLayer({ model: deep }))[0]).toMatch(
      /too_large: Must not be nested deeper than 10 levels/,
    );
    expect(validateLayer(JSON.parse("[".repeat(100_000) + "]".repeat(100_000))).success).toBe(false);
  });

  test("with thousands of unknown fields gets a short answer", () => {
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`f${index}`, 1]));
    expect(problemsOf(validateLayer(many))).toHaveLength(101);
    expect(problemsOf(validateLayer(many)).at(-1)).toBe(": too_large: There are 4900 more problems.");
  });
});

describe("a whole configuration", () => {
  test.each([
    [
      { costBudget: { dailyBudget: 501 } },
      "costBudget.dailyBudget: inconsistent: Must be $500 or less, the weekly budget.",
    ],
    [
      { costBudget: { monthlyBudget: 499.5 } },
      "costBudget.weeklyBudget: inconsistent: Must be $499.50 or less, the monthly budget.",
    ],
    [
      { retryStrategy: { maxDelay: 999 } },
      "retryStrategy.maxDelay: inconsistent: Must be 1,000 ms or more, the base delay.",
    ],
    [
      { timeouts: { connectionTimeout: 120_001 } },
      "timeouts.connectionTimeout: inconsistent: Must be 120,000 ms or less, the total timeout.",
    ],
    [
      { timeouts: { totalRequestTimeout: 59_999 } },
      "timeouts.generationTimeout: inconsistent: Must be 59,999 ms or less, the total timeout.",
    ],
    [
      { model: { maxTokens: 4097 } },
      "model.maxTokens: out_of_range: Must be 4,096 tokens or less, the output limit of Claude Sonnet 4.5.",
    ],
  ])("%j contradicts itself, and the answer says where", (changes, problem) => {
    expect(problemsOf(validateAIConfiguration(whole(changes)))).toEqual([problem]);
  });

  test("may have equal budgets, delays and timeouts", () => {
    const changes = {
      costBudget: { dailyBudget: 7, weeklyBudget: 7, monthlyBudget: 7 },
      retryStrategy: { baseDelay: 5, maxDelay: 5 },
      timeouts: { generationTimeout: 9, connectionTimeout: 9, totalRequestTimeout: 9 },
    };
    expect(problemsOf(validateAIConfiguration(whole(changes)))).toEqual([]);
  });

  test("may ask for as much output as its model can write", () => {
    const changes = { model: { model: "claude-3-5-sonnet-20241022", maxTokens: 8192 } };
    expect(validateAIConfiguration(whole(changes)).success).toBe(true);
  });

  test("tells problems across fields together with those of single fields", () => {
    const changes = { model: { temperature: 2 }, costBudget: { dailyBudget: 501, monthlyBudget: "x" } };
    expect(
      problemsOf(validateAIConfiguration(whole(changes))).map((problem) => problem.split(":")[0]),
    ).toEqual(["model.temperature", "costBudget.monthlyBudget", "costBudget.dailyBudget"]);
  });

  test("lacks no field", () => {
    const checked = validateAIConfiguration({});
    expect(problemsOf(checked)).toHaveLength(6);
    expect(problemsOf(checked)[0]).toBe("model: invalid_type: Is required.");
  });
});

describe.each([
  ["validateAIConfiguration", validateAIConfiguration],
  ["validateLayer", validateLayer],
  ["validatePatch", validatePatch],
] as const)("%s", (_, validate) => {
  test("refuses what is not plain JSON, and lists that claim to be endless", () => {
    for (const value of [new Date(0), new Map(), () => 1, 1n, Symbol("x"), new Array(2 ** 32 - 1)]) {
      expect(validate(value).success).toBe(false);
      expect(validate({ model: value }).success).toBe(false);
      expect(validate({ model: { model: value } }).success).toBe(false);
    }
    const cycle: Record<string, unknown> = {};
    for (let index = 0; index < 50; index += 1) cycle[`x${index}`] = cycle;
    expect(validate(cycle).success).toBe(false);
  });
});

test.each([
  ["a", 200, 0],
  ["a", 201, 1],
  ["\u{1f600}", 100, 0],
  ["\u{1f600}", 101, 1],
  ["\u{1f600}", 200, 1],
  ["\u{1f600}", 201, 1],
])(
  "%s repeated %i times as a stop sequence has %i problems: an emoji counts as two, as in PostgreSQL",
  (sign, times, problems) => {
    const layer = { model: { stopSequences: [sign.repeat(times)] } };
    expect(problemsOf(validateLayer(layer))).toHaveLength(problems);
    expect(problemsOf(validatePatch(layer))).toHaveLength(problems);
  },
);
