import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { configurationFromEnvironment, validateLayer } from "./index.ts";

describe("configurationFromEnvironment", () => {
  test("of nothing gives an empty layer and the default address", () => {
    const nothing = { values: {}, apiKey: undefined, baseUrl: "https://api.anthropic.com/v1", problems: [] };
    expect(configurationFromEnvironment({})).toEqual(nothing);
    const blank = Object.fromEntries(VARIABLES.map((variable) => [variable, " "]));
    expect(configurationFromEnvironment(blank)).toEqual(nothing);
  });

  test("reads every variable", () => {
    expect(
      configurationFromEnvironment({
        ANTHROPIC_API_KEY: "sk-ant-api03-abc\n",
        ANTHROPIC_MODEL: "claude-3-5-sonnet-20241022",
        ANTHROPIC_TEMPERATURE: "0.5",
        ANTHROPIC_MAX_TOKENS: "8192",
        ANTHROPIC_API_BASE_URL: "https://proxy.example.com:8443/v1/",
        PATH: "/bin",
      }),
    ).toEqual({
      values: { model: { model: "claude-3-5-sonnet-20241022", temperature: 0.5, maxTokens: 8192 } },
      apiKey: "sk-ant-api03-abc",
      baseUrl: "https://proxy.example.com:8443/v1",
      problems: [],
    });
  });

  test.each([
    ["ANTHROPIC_MODEL", "claude-99", /^Must be a known model: claude-.*claude-sonnet-5-5/],
    ["ANTHROPIC_TEMPERATURE", "warm", /^Must be a number, not text\.$/],
    ["ANTHROPIC_TEMPERATURE", "1.5", /^Must be 1 or less\.$/],
    ["ANTHROPIC_TEMPERATURE", "0,5", /^Must be a number/],
    ["ANTHROPIC_TEMPERATURE", "0x1", /^Must be a number/],
    ["ANTHROPIC_TEMPERATURE", "NaN", /^Must be a number/],
    ["ANTHROPIC_TEMPERATURE", "1e999", /^Must be a finite number\.$/],
    ["ANTHROPIC_MAX_TOKENS", "0", /^Must be 1 or more\.$/],
    ["ANTHROPIC_MAX_TOKENS", "1.5", /^Must be a whole number\.$/],
    [
      "ANTHROPIC_MAX_TOKENS",
      "4097",
      /^Must be 4,096 tokens or less, the output limit of Claude Sonnet 4\.5\.$/,
    ],
    ["ANTHROPIC_API_KEY", "pk-live-123456", /^Must start with sk-ant-/],
    ["ANTHROPIC_API_KEY", "sk-ant-api03-abc def", /hold no spaces\.$/],
    ["ANTHROPIC_API_BASE_URL", "http://api.example.com", /^Must be an https:\/\/ address/],
    ["ANTHROPIC_API_BASE_URL", "https://user:pass@example.com", /without credentials/],
    ["ANTHROPIC_API_BASE_URL", "https://example.com/v1?key=1", /without credentials or query/],
    ["ANTHROPIC_API_BASE_URL", "http://localhost.example.com", /^Must be an https/],
    ["ANTHROPIC_API_BASE_URL", "javascript:alert(1)", /^Must be an https/],
  ])("%s=%s is reported by name, and the layer goes on without it", (variable, value, message) => {
    const { problems, values, apiKey, baseUrl } = configurationFromEnvironment({ [variable]: value });
    expect(problems).toEqual([{ variable, message: expect.stringMatching(message) }]);
    expect({ values, apiKey, baseUrl }).toEqual({
      values: {},
      apiKey: undefined,
      baseUrl: "https://api.anthropic.com/v1",
    });
  });

  test.each(["http://localhost:8080/v1", "http://127.0.0.1:1234", "http://[::1]:99"])(
    "%s may go without https",
    (url) => {
      expect(configurationFromEnvironment({ ANTHROPIC_API_BASE_URL: url })).toMatchObject({
        baseUrl: url,
        problems: [],
      });
    },
  );

  test("never repeats a value in its problems, gives a valid layer, and never throws", () => {
    const value = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("sk-ant-api03-misplaced", "1e400", "-0", "0.5"),
    );
    const environment = fc.record(Object.fromEntries(VARIABLES.map((variable) => [variable, value])));
    fc.assert(
      fc.property(environment, (env) => {
        const { values, problems, apiKey } = configurationFromEnvironment(env);
        expect(validateLayer(values).success).toBe(true);
        expect(JSON.stringify(problems)).not.toContain("misplaced");
        expect(apiKey === undefined || apiKey.startsWith("sk-ant-")).toBe(true);
      }),
    );
  });
});

const VARIABLES = [
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_MODEL",
  "ANTHROPIC_TEMPERATURE",
  "ANTHROPIC_MAX_TOKENS",
  "ANTHROPIC_API_BASE_URL",
];
