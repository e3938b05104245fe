import { describe, expect, test } from "vitest";

import {
  type AIConfiguration,
  API_VERSIONS,
  AVAILABLE_MODELS,
  catalogueOf,
  compileMessageParams,
  DEFAULT_AI_CONFIGURATION,
  estimateMonthly,
  findWarnings,
  type Layer,
  type ModelCatalogue,
  type ModelInfo,
  preferredApiVersion,
  refreshCatalogue,
  resolveConfiguration,
} from "../index.ts";

const date = new Date("2026-11-23T12:00:00Z");
const retired = new Date("2026-11-30T00:00:00Z");
const configured = (model: Partial<AIConfiguration["model"]>): AIConfiguration => ({
  ...DEFAULT_AI_CONFIGURATION,
  model: { ...DEFAULT_AI_CONFIGURATION.model, ...model },
});
const THINKS =
  "Claude Sonnet 5.5 thinks by default, unlike Claude Sonnet 4.5. What it thinks counts towards the maximum output.";
const modelOf = (id: string) => AVAILABLE_MODELS[id] as ModelInfo;

describe("compileMessageParams", () => {
  test("the default configuration under both API versions", () => {
    expect(compileMessageParams(DEFAULT_AI_CONFIGURATION, { apiVersion: "2023-06-01", date })).toEqual({
      params: { model: "claude-sonnet-4-5-20250929", max_tokens: 4096, stream: false, temperature: 0.7 },
      headers: { "anthropic-version": "2023-06-01" },
      adjustments: [
        {
          path: "model.topP",
          from: 0.9,
          to: null,
          code: "sampling_one_of_two",
          message: "top-p 0.9 dropped: Claude Sonnet 4.5 accepts temperature or top-p, not both.",
        },
      ],
    });
    const { params, adjustments } = compileMessageParams(DEFAULT_AI_CONFIGURATION, {
      apiVersion: "2026-10-21",
      date,
    });
    expect(params).toEqual({ model: "claude-sonnet-4-5-20250929", max_tokens: 4096, stream: false });
    expect(adjustments.map(({ message }) => message)).toEqual([
      "temperature 0.7 dropped: API version 2026-10-21 accepts no sampling parameters.",
      "top-p 0.9 dropped: API version 2026-10-21 accepts no sampling parameters.",
    ]);
  });

  test.each(API_VERSIONS)("a model without sampling says so by its name under %s", (apiVersion) => {
    const { adjustments } = compileMessageParams(configured({ model: "claude-sonnet-5-5" }), {
      apiVersion,
      date,
    });
    expect(adjustments[0]).toEqual({
      path: "model.temperature",
      from: 0.7,
      to: null,
      code: "sampling_not_supported",
      message: "temperature 0.7 dropped: Claude Sonnet 5.5 accepts no sampling parameters.",
    });
  });

  test("of temperature and top-p the one of the more specific layer is sent, else temperature", () => {
    const sent = (...layers: Layer[]) => {
      const { configuration, fields } = resolveConfiguration(layers);
      const { params } = compileMessageParams(configuration, { apiVersion: "2023-06-01", date, fields });
      return [params.temperature, params.top_p];
    };
    const organization = (model: object): Layer => ({ source: "organization", id: "o", values: { model } });
    const user = (model: object, id = "u", priority = 0): Layer => ({
      source: "user",
      id,
      priority,
      values: { model },
    });
    expect(sent()).toEqual([0.7, undefined]);
    expect(sent(organization({ topP: 0.5 }))).toEqual([undefined, 0.5]);
    expect(sent(organization({ temperature: 0.2 }), user({ topP: 0.5 }))).toEqual([undefined, 0.5]);
    expect(sent(organization({ topP: 0.5 }), user({ temperature: 0.2 }))).toEqual([0.2, undefined]);
    expect(sent(user({ topP: 0.5, temperature: 0.2 }))).toEqual([0.2, undefined]);
    expect(sent(user({ temperature: 0.2 }, "a", 1), user({ topP: 0.5 }, "b", 2))).toEqual([undefined, 0.5]);
  });

  test("on the day of its retirement a model becomes its replacement, and that is told", () => {
    const { params, adjustments } = compileMessageParams(DEFAULT_AI_CONFIGURATION, {
      apiVersion: "2026-10-21",
      date: retired,
    });
    expect(params.model).toBe("claude-sonnet-5-5");
    expect(adjustments[0]).toMatchObject({
      path: "model.model",
      from: "claude-sonnet-4-5-20250929",
      to: "claude-sonnet-5-5",
      code: "model_retired",
      message: "Claude Sonnet 4.5 replaced by Claude Sonnet 5.5: it was retired on 2026-11-30.",
    });
  });

  test("a replacement that thinks where the model did not is told, unless the configuration decides", () => {
    const thinkingOf = (model: Partial<AIConfiguration["model"]>) =>
      compileMessageParams(configured(model), { apiVersion: "2026-10-21", date: retired }).adjustments.filter(
        ({ path }) => path === "model.thinking",
      );
    expect(thinkingOf({})).toEqual([
      {
        path: "model.thinking",
        from: null,
        to: "adaptive",
        code: "thinking_by_default",
        message: THINKS,
      },
    ]);
    expect(thinkingOf({ thinking: "adaptive" })).toEqual([]);
    expect(thinkingOf({ model: "claude-sonnet-5-5" })).toEqual([]);
  });

  test("an alias is sent as the id of its model: Anthropic does not know those that an operator made", () => {
    const { costPer1kInputTokens: _in, costPer1kOutputTokens: _out, ...opus } = modelOf("claude-opus-5");
    const models = catalogueOf([{ ...opus, aliases: ["our-best"] }]);
    const compiled = compileMessageParams(configured({ model: "our-best" }), {
      apiVersion: "2026-10-21",
      date,
      models,
    });
    expect(compiled.params.model).toBe("claude-opus-5");
    expect(compiled.adjustments.map(({ path }) => path)).not.toContain("model.model");
  });

  test("a model that nobody knows is sent without what it may lack", () => {
    const unknown = configured({
      model: "claude-99",
      speed: "fast",
      thinking: "adaptive",
      effort: "max",
      inferenceGeo: "us",
    });
    expect(compileMessageParams(unknown, { apiVersion: "2023-06-01", date }).params).toEqual({
      model: "claude-99",
      max_tokens: 4096,
      stream: false,
    });
  });

  test("thinking that cannot be turned off for certain is told", () => {
    const thinkingOf = (model: string, models?: ModelCatalogue) =>
      compileMessageParams(configured({ model, thinking: "off" }), {
        apiVersion: "2026-10-21",
        date,
        models,
      }).adjustments.filter(({ path }) => path === "model.thinking");
    expect(thinkingOf("claude-99")).toEqual([
      {
        path: "model.thinking",
        from: "off",
        to: null,
        code: "thinking_always_on",
        message: 'thinking "off" dropped: claude-99 may think by default and is not known to take it.',
      },
    ]);
    const listed = { id: "claude-opus-9", display_name: "Claude Opus 9", lifecycle: "active" };
    const { models } = refreshCatalogue([listed], { date });
    expect(thinkingOf("claude-opus-9", models)).toHaveLength(1);
    // What cannot think needs not be told.
    const { lifecycle: _gone, ...haiku } = modelOf("claude-3-haiku-20240307");
    const old = catalogueOf([{ ...haiku, lifecycle: modelOf("claude-opus-5").lifecycle }]);
    expect(thinkingOf(haiku.id, old)).toEqual([]);
  });

  test("fast mode brings its header", () => {
    const { headers, params } = compileMessageParams(configured({ model: "claude-opus-5", speed: "fast" }), {
      apiVersion: "2026-10-21",
      date,
    });
    expect(params.speed).toBe("fast");
    expect(headers).toEqual({ "anthropic-version": "2026-10-21", "anthropic-beta": "fast-mode-2026-02-01" });
  });

  test("neither the configuration nor what was compiled before is touched by another compilation", () => {
    const configuration = configured({ stopSequences: ["END"] });
    const before = structuredClone(configuration);
    const first = compileMessageParams(configuration, { apiVersion: "2026-10-21", date });
    first.params.stop_sequences?.push("MORE");
    expect(configuration).toEqual(before);
    expect(
      compileMessageParams(configuration, { apiVersion: "2026-10-21", date }).params.stop_sequences,
    ).toEqual(["END"]);
  });
});

test.each([
  [DEFAULT_AI_CONFIGURATION, date, "2023-06-01"],
  [DEFAULT_AI_CONFIGURATION, retired, "2026-10-21"],
  [configured({ model: "claude-sonnet-5-5" }), date, "2026-10-21"],
  [configured({ model: "claude-99" }), date, "2026-10-21"],
] as const)(
  "the API version under which a configuration means most (%#)",
  (configuration, moment, version) => {
    expect(preferredApiVersion(configuration, { date: moment })).toBe(version);
  },
);

test("the API version is that of the model which really answers", () => {
  const models = catalogueOf([
    {
      ...modelOf("claude-sonnet-4-5-20250929"),
      lifecycle: {
        ...modelOf("claude-sonnet-4-5-20250929").lifecycle,
        replacement: "claude-sonnet-4-6",
      },
    },
    modelOf("claude-sonnet-4-6"),
  ]);
  const apiVersion = preferredApiVersion(DEFAULT_AI_CONFIGURATION, { date: retired, models });
  expect(apiVersion).toBe("2023-06-01");
  const options = { apiVersion, date: retired, models };
  expect(compileMessageParams(DEFAULT_AI_CONFIGURATION, options).params).toMatchObject({
    model: "claude-sonnet-4-6",
    temperature: 0.7,
  });
});

describe("findWarnings", () => {
  test("tells what has no effect and what will end, each at its field", () => {
    expect(findWarnings(DEFAULT_AI_CONFIGURATION, { date })).toEqual([
      {
        path: "model.model",
        code: "model_deprecated",
        message: "Claude Sonnet 4.5 retires on 2026-11-30, in 7 days. Claude Sonnet 5.5 replaces it.",
      },
      { path: "model.thinking", code: "thinking_by_default", message: THINKS },
      {
        path: "model.topP",
        code: "sampling_one_of_two",
        message: "Top-p 0.9 dropped: Claude Sonnet 4.5 accepts temperature or top-p, not both.",
        isDropped: true,
      },
    ]);
    const active = configured({ model: "claude-opus-5-5", thinking: "off" });
    expect(
      findWarnings(active, { date })
        .map(({ path }) => path)
        .sort(),
    ).toEqual(["model.temperature", "model.thinking", "model.topP"]);
  });

  test.each([
    [{ model: "claude-opus-4-6", effort: "xhigh" }, "model.effort", undefined],
    [{ model: "claude-opus-5-5", thinking: 2048 }, "model.thinking", undefined],
    [{ model: "claude-opus-5-5", thinking: "off" }, "model.thinking", true],
    [{ model: "claude-opus-5-5", temperature: 0.5 }, "model.temperature", true],
    [{ model: "claude-haiku-4-5-20251001", effort: "low" }, "model.effort", true],
  ] as const)(
    "tells apart what is dropped and what is sent as something else: %j",
    (section, path, isDropped) => {
      const warning = findWarnings(configured(section), { date }).find((each) => each.path === path);
      expect([warning?.path, warning?.isDropped]).toEqual([path, isDropped]);
    },
  );

  test("says ahead that calls will fail where nothing replaces a model", () => {
    const leaving = {
      ...modelOf("claude-opus-4-7"),
      lifecycle: {
        deprecatedOn: "2026-11-01",
        retiresOn: "2027-04-16",
        retiresNotBefore: null,
        replacement: null,
      },
    };
    const models = catalogueOf([leaving]);
    expect(findWarnings(configured({ model: leaving.id }), { date, models })[0]).toEqual({
      path: "model.model",
      code: "model_deprecated",
      message: "Claude Opus 4.7 retires on 2027-04-16, in 144 days. Calls fail from then on.",
    });
  });

  test("never throws for a retired or unknown model", () => {
    const failing = configured({ onRetiredModel: "fail" });
    expect(findWarnings(failing, { date: retired })).toEqual([
      {
        path: "model.model",
        code: "retired_model",
        message: "Claude Sonnet 4.5 was retired on 2026-11-30. Choose another model.",
      },
    ]);
    expect(findWarnings(configured({ model: "claude-99" }), { date })[0]).toMatchObject({
      code: "model_unknown",
    });
    expect(findWarnings(DEFAULT_AI_CONFIGURATION, { date: retired })[0]).toMatchObject({
      code: "model_retired",
    });
  });
});

describe("estimateMonthly", () => {
  const traffic = { requestsPerMonth: 10_000, inputTokens: 1_000, outputTokens: 500 };

  test("splits input, output and cache, exactly", () => {
    // 10,000 × (500 × 3 + 300 × 0.30 + 200 × 3.75 + 500 × 15) / 1,000,000
    expect(
      estimateMonthly(
        DEFAULT_AI_CONFIGURATION,
        { ...traffic, cacheReadShare: 0.3, cacheWriteShare: 0.2 },
        { date },
      ),
    ).toEqual({
      amount: "98.4",
      parts: { input: "15", output: "75", cache: "8.4" },
      perRequest: "0.00984",
      formatted: "$98.40",
      basis: "estimated",
      model: "claude-sonnet-4-5-20250929",
    });
  });

  test("an answer is no longer than the configuration allows, and a retired model costs what replaces it", () => {
    const short = configured({ maxTokens: 100 });
    expect(estimateMonthly(short, traffic, { date }).parts?.output).toBe("15");
    expect(estimateMonthly(DEFAULT_AI_CONFIGURATION, traffic, { date: retired })).toMatchObject({
      model: "claude-sonnet-5-5",
      amount: "70",
    });
  });

  test("region, speed and a negotiated factor count", () => {
    const fast = configured({ model: "claude-opus-5-5", speed: "fast", inferenceGeo: "us" });
    // 10,000 × (1,000 × 4 + 500 × 20) / 1,000,000 × 2 × 1.1 × 0.85
    expect(estimateMonthly(fast, traffic, { date, multiplier: 0.85 }).amount).toBe("261.8");
  });

  test("a model without a price is unknown, not free", () => {
    expect(estimateMonthly(configured({ model: "claude-99" }), traffic, { date })).toMatchObject({
      amount: null,
      basis: "unknown",
    });
  });

  test.each([
    [{ requestsPerMonth: -1 }, "traffic.requestsPerMonth"],
    [{ inputTokens: 0.5 }, "traffic.inputTokens"],
    [{ outputTokens: Number.NaN }, "traffic.outputTokens"],
    [{ cacheReadShare: 1.1 }, "traffic.cacheReadShare"],
    [{ cacheReadShare: 0.6, cacheWriteShare: 0.5 }, "traffic.cacheWriteShare"],
  ])("%j is refused at its path", (change, path) => {
    expect(() => estimateMonthly(DEFAULT_AI_CONFIGURATION, { ...traffic, ...change }, { date })).toThrow(
      expect.objectContaining({ code: "INPUT_INVALID", issues: [expect.objectContaining({ path })] }),
    );
  });
});
