import { describe, expect, test } from "vitest";

import {
  AVAILABLE_MODELS,
  BUILT_IN_MODELS,
  CATALOGUE_DATE,
  catalogueOf,
  compileMessageParams,
  DEFAULT_AI_CONFIGURATION,
  findModel,
  lifecycleAt,
  type ModelEntry,
  modelAt,
  type PriceRow,
  parseCatalogueFile,
  priceAt,
  refreshCatalogue,
} from "../index.ts";
import { servingModelOf } from "./look-up.ts";
import { modelEntrySchema } from "./model-entry.ts";

const day = (text: string) => new Date(`${text}T00:00:00Z`);
const OPUS = AVAILABLE_MODELS["claude-opus-5-5"] as ModelEntry;
const ROW = OPUS.prices[0] as PriceRow;

describe("the built-in catalogue", () => {
  test.each(BUILT_IN_MODELS.map((entry) => [entry.id, entry] as const))(
    "%s is a valid entry",
    (_id, entry) => {
      expect(modelEntrySchema.safeParse(entry)).toMatchObject({ success: true });
      expect(entry.prices.length).toBeGreaterThan(0);
      expect(entry.prices.some(({ promptTokensAbove }) => promptTokensAbove === 0)).toBe(true);
      if (entry.defaultEffort !== null) expect(entry.efforts).toContain(entry.defaultEffort);
      expect(entry.efforts.length === 0).toBe(entry.defaultEffort === null);
    },
  );

  test("has no name twice, and every replacement is one of its models and not retired today", () => {
    const names = BUILT_IN_MODELS.flatMap(({ id, aliases }) => [id, ...aliases]);
    expect(new Set(names).size).toBe(names.length);
    for (const { lifecycle } of BUILT_IN_MODELS) {
      if (lifecycle.retiresOn === null) continue;
      expect(lifecycleAt(lifecycle.replacement ?? "", day(CATALOGUE_DATE))?.state).toBe("active");
    }
  });

  test("cannot be changed by anybody", () => {
    expect(() => Object.assign(AVAILABLE_MODELS["claude-opus-5"] as object, { outputLimit: 1 })).toThrow(
      TypeError,
    );
  });
});

describe("looking up", () => {
  test("an alias is the model", () => {
    expect(findModel("claude-sonnet-4-5")?.id).toBe("claude-sonnet-4-5-20250929");
    expect(modelAt("claude-haiku-4-5", day("2026-11-23"))?.displayName).toBe("Claude Haiku 4.5");
    expect(findModel("constructor")).toBeUndefined();
    expect(modelAt("claude-99", day("2026-11-23"))).toBeUndefined();
    expect(priceAt("claude-99", day("2026-11-23"), 0)).toBeUndefined();
    expect(lifecycleAt("claude-99", day("2026-11-23"))).toBeUndefined();
  });

  test.each([
    ["claude-sonnet-5-5", "2026-10-06T23:59:59.999Z", 0, 0.2],
    ["claude-sonnet-5-5", "2026-10-07T00:00:00.000Z", 0, 0.1],
    ["claude-haiku-5-5", "2026-11-23T00:00:00Z", 100_000, 0.01],
    ["claude-haiku-5-5", "2026-11-23T00:00:00Z", 100_001, 0.05],
    ["claude-opus-4-6", "2026-03-12T23:59:59Z", 200_001, 1],
    ["claude-opus-4-6", "2026-03-13T00:00:00Z", 200_001, 0.5],
    ["claude-fable-5-2", "2020-01-01T00:00:00Z", 0, 0.2],
  ])("cache reads of %s at %s with %i prompt tokens cost %d", (id, moment, promptTokens, cacheRead) => {
    expect(priceAt(id, new Date(moment), promptTokens)?.cacheRead).toBe(cacheRead);
  });

  test.each([
    ["2026-09-30T23:59:59Z", "active", 61],
    ["2026-10-01T00:00:00Z", "deprecated", 60],
    ["2026-11-23T15:00:00Z", "deprecated", 7],
    ["2026-11-29T23:59:59Z", "deprecated", 1],
    ["2026-11-30T00:00:00Z", "retired", 0],
    ["2027-11-30T00:00:00Z", "retired", 0],
  ])("at %s Sonnet 4.5 is %s, with %i days left", (moment, state, daysLeft) => {
    expect(lifecycleAt("claude-sonnet-4-5-20250929", new Date(moment))).toMatchObject({
      state,
      daysLeft,
      retiresOn: "2026-11-30",
      replacement: "claude-sonnet-5-5",
    });
  });

  test.each([
    ["2024-03-01", "active"],
    ["2025-11-05", "active"],
    ["2025-11-06", "deprecated"],
    ["2026-01-05", "retired"],
  ])("on %s Claude 3 Opus is %s: notice is given sixty days before", (moment, state) => {
    expect(lifecycleAt("claude-3-opus-20240229", day(moment))?.state).toBe(state);
  });

  test("a replacement that is retired as well is followed, and a circle ends", () => {
    const gone = (id: string, replacement: string): ModelEntry => ({
      ...OPUS,
      id,
      lifecycle: { deprecatedOn: null, retiresOn: "2026-01-01", retiresNotBefore: null, replacement },
    });
    const models = catalogueOf([
      gone("a", "b"),
      gone("b", "c"),
      { ...OPUS, id: "c" },
      gone("x", "y"),
      gone("y", "x"),
    ]);
    const servingFor = (id: string) => {
      const model = findModel(id, models);
      return model && servingModelOf(model, day("2026-11-23"), models)?.id;
    };
    expect(servingFor("a")).toBe("c");
    expect(servingFor("x")).toBeUndefined();
  });
});

describe("an operator's file", () => {
  const organization = "3f0d9a2e-2f5b-4c0b-9f5e-0d8f6a1b2c3d";
  const leaving = (
    deprecatedOn: string | null,
    retiresOn: string | null,
    replacement: string | null = null,
  ) => ({
    deprecatedOn,
    retiresOn,
    retiresNotBefore: null,
    replacement,
  });

  test("names organizations in any case, as Postgres does", () => {
    expect(parseCatalogueFile({ multipliers: { [organization.toUpperCase()]: 0.5 } })).toMatchObject({
      success: true,
      data: { multipliers: { [organization]: 0.5 } },
    });
  });

  test("may name efforts in any order", () => {
    const parsed = parseCatalogueFile({ models: [{ id: OPUS.id, efforts: ["max", "medium", "low"] }] });
    if (!parsed.success) throw new Error(JSON.stringify(parsed.errors));
    const { model, ...rest } = DEFAULT_AI_CONFIGURATION;
    const { params } = compileMessageParams(
      { ...rest, model: { ...model, model: OPUS.id, effort: "xhigh" } },
      { apiVersion: "2026-10-21", date: day("2026-11-23"), models: parsed.data.models },
    );
    expect(params.output_config).toEqual({ effort: "medium" });
  });

  test("tells one problem of a correction by an alias, not all that a new model would lack", () => {
    const parsed = parseCatalogueFile({ models: [{ id: "claude-sonnet-4-5", outputLimit: 64_000 }] });
    expect(parsed).toMatchObject({ success: false, errors: [{ path: "models.0.id" }] });
    expect(parsed.success ? [] : parsed.errors).toHaveLength(1);
  });

  test("corrects a model, adds one, and names what organizations pay", () => {
    const {
      costPer1kInputTokens: _input,
      costPer1kOutputTokens: _output,
      ...entry
    } = AVAILABLE_MODELS["claude-opus-5-5"] ?? {};
    const parsed = parseCatalogueFile({
      models: [
        { id: "claude-sonnet-4-5-20250929", outputLimit: 64_000 },
        { ...entry, id: "claude-opus-9", displayName: "Claude Opus 9" },
      ],
      multipliers: { [organization]: 0.85 },
    });
    if (!parsed.success) throw new Error(JSON.stringify(parsed.errors));
    expect(parsed.data.models["claude-sonnet-4-5-20250929"]?.outputLimit).toBe(64_000);
    expect(parsed.data.models["claude-sonnet-4-5-20250929"]?.costPer1kInputTokens).toBe(0.003);
    expect(parsed.data.models["claude-opus-9"]?.displayName).toBe("Claude Opus 9");
    expect(parsed.data.models["claude-haiku-5-5"]).toEqual(AVAILABLE_MODELS["claude-haiku-5-5"]);
    expect(parsed.data.multipliers).toEqual({ [organization]: 0.85 });
  });

  test.each([
    [null, "", /object/],
    [{ modles: [] }, "modles", /no such field/],
    [{ models: [{ id: "claude-opus-9" }] }, "models.0.displayName", /required/],
    [{ models: [{ id: "claude-opus-5-5", outputLimit: 0 }] }, "models.0.outputLimit", /1 or more/],
    [{ models: [{ id: "claude-opus-5-5", price: 3 }] }, "models.0.price", /no such field/],
    [
      { models: [{ id: "claude-opus-5-5", aliases: ["claude-opus-5"] }] },
      "models.claude-opus-5.aliases",
      /name of/,
    ],
    [{ multipliers: { acme: 0.85 } }, "multipliers.acme", /named by the id of an organization, such as/],
    [
      { models: [{ id: "claude-opus-5-5", outputLimit: 128_001 }] },
      "models.0.outputLimit",
      /^Must be 128,000 or less: a configuration can ask for no more\.$/,
    ],
    [
      { models: [{ id: "claude-opus-5-5", contextWindow: 100_000 }] },
      "models.0.outputLimit",
      /^Must be the context window or less\.$/,
    ],
    [
      { models: [{ id: "claude-sonnet-4-5", outputLimit: 64_000 }] },
      "models.0.id",
      /^Is another name of claude-sonnet-4-5-20250929\. Correct it by its id\.$/,
    ],
    [
      { models: [{ id: "claude-opus-5" }, { id: "claude-opus-5", outputLimit: 1 }] },
      "models.1.id",
      /^Must be named once\.$/,
    ],
    [
      { models: [{ id: "claude-opus-5-5", defaultEffort: "max", efforts: ["low"] }] },
      "models.0.defaultEffort",
      /^Must be one of the efforts\.$/,
    ],
    [
      { models: [{ id: "claude-opus-5-5", efforts: ["low", "medium", "low"] }] },
      "models.0.efforts",
      /^Must name each value once\.$/,
    ],
    [
      { models: [{ id: "claude-opus-5-5", prices: [ROW, { ...ROW, input: 9 }] }] },
      "models.0.prices",
      /^Value 2: must differ from the others in its day or its length of prompt\.$/,
    ],
    [
      {
        models: [
          {
            id: "claude-opus-5-5",
            prices: [ROW, { ...ROW, effectiveFrom: "2026-11-01", promptTokensAbove: 9 }],
          },
        ],
      },
      "models.0.prices",
      /^Value 2: must stand beside a row of its day for short prompts, with promptTokensAbove 0\.$/,
    ],
    [
      { models: [{ id: "claude-opus-5-5", lifecycle: leaving("2027-01-02", "2027-01-01") }] },
      "models.0.lifecycle.deprecatedOn",
      /^Must be the day of retirement or earlier\.$/,
    ],
    [
      { models: [{ id: "claude-haiku-4-5-20251001", lifecycle: leaving(null, null, "claude-haiku-4-5") }] },
      "models.claude-haiku-4-5-20251001.lifecycle.replacement",
      /^Must be another model\.$/,
    ],
    [{ multipliers: { [organization]: -1 } }, `multipliers.${organization}`, /0 or more/],
    [{ multipliers: { [organization]: 0.33333 } }, `multipliers.${organization}`, /decimal places/],
    [
      {
        models: [
          {
            id: "claude-opus-5-5",
            lifecycle: {
              deprecatedOn: null,
              retiresOn: "2026-02-30",
              retiresNotBefore: null,
              replacement: null,
            },
          },
        ],
      },
      "models.0.lifecycle.retiresOn",
      /a day such as/,
    ],
    [
      {
        models: [
          {
            id: "claude-opus-5-5",
            lifecycle: {
              deprecatedOn: null,
              retiresOn: null,
              retiresNotBefore: null,
              replacement: "claude-99",
            },
          },
        ],
      },
      "models.claude-opus-5-5.lifecycle.replacement",
      /known model/,
    ],
    [{ models: [{ id: "claude-opus-5-5", source: "sk-ant-api03-abcdef" }] }, "models.0.source", /key/i],
  ])("%j is refused at %s", (file, path, message) => {
    const parsed = parseCatalogueFile(file);
    expect(parsed.success).toBe(false);
    const problem = parsed.success ? undefined : parsed.errors.find((error) => error.path === path);
    expect(parsed).toMatchObject({ errors: expect.arrayContaining([expect.objectContaining({ path })]) });
    expect(problem?.message).toMatch(message);
  });
});

describe("refreshing from GET /v1/models", () => {
  const types = (...names: string[]) =>
    Object.fromEntries(
      ["adaptive", "between_tools", "disabled", "enabled"].map((name) => [
        name,
        { supported: names.includes(name) },
      ]),
    );
  const remote = {
    type: "model",
    id: "claude-opus-5-5",
    display_name: "Claude Opus 5.5",
    max_input_tokens: 1_000_000,
    max_tokens: 128_000,
    lifecycle: "active",
    deprecated_at: null,
    retires_at: null,
    capabilities: null,
  };

  const date = day("2026-11-23");
  const refreshed = (...remoteModels: unknown[]) => refreshCatalogue(remoteModels, { date });

  test("an answer that says the same changes nothing", () => {
    expect(refreshed(remote)).toMatchObject({ changes: [], skipped: 0, models: AVAILABLE_MODELS });
  });

  test("lifecycle, limits and capabilities are merged and told, prices never touched", () => {
    const { models, changes } = refreshed({
      ...remote,
      max_tokens: 64_000,
      max_input_tokens: 900_000,
      lifecycle: "deprecated",
      deprecated_at: "2026-11-20T00:00:00Z",
      retires_at: "2027-01-19T00:00:00Z",
      capabilities: {
        thinking: { supported: true, types: types("adaptive", "disabled") },
        effort: { supported: true, low: { supported: true }, high: { supported: true }, xhigh: null },
      },
    });
    expect(models["claude-opus-5-5"]).toMatchObject({
      contextWindow: 900_000,
      outputLimit: 64_000,
      thinkingTypes: ["adaptive", "disabled"],
      efforts: ["low", "high"],
      defaultEffort: null,
      lifecycle: { deprecatedOn: "2026-11-20", retiresOn: "2027-01-19" },
      prices: OPUS.prices,
    });
    expect(changes.map(({ path }) => path).sort()).toEqual([
      "contextWindow",
      "defaultEffort",
      "efforts",
      "lifecycle.deprecatedOn",
      "lifecycle.retiresOn",
      "outputLimit",
      "thinkingTypes",
    ]);
    expect(changes.find(({ path }) => path === "outputLimit")).toEqual({
      id: "claude-opus-5-5",
      path: "outputLimit",
      from: 128_000,
      to: 64_000,
    });
  });

  describe("the stage that Anthropic names counts, not the dates", () => {
    const sonnet = { ...remote, id: "claude-sonnet-4-5-20250929", display_name: "Claude Sonnet 4.5" };
    const stage = (lifecycle: string, deprecatedOn: string | null, retiresOn: string | null) => ({
      lifecycle,
      deprecated_at: deprecatedOn && `${deprecatedOn}T00:00:00Z`,
      retires_at: retiresOn && `${retiresOn}T00:00:00Z`,
    });

    test("a deprecated model whose day has passed is overdue, and still served", () => {
      const { models } = refreshed({ ...sonnet, ...stage("deprecated", "2026-10-01", "2026-11-01") });
      expect(lifecycleAt(sonnet.id, date, models)).toMatchObject({ state: "deprecated", daysLeft: null });
    });

    test("a deprecated model without any day is deprecated from now on", () => {
      const { models } = refreshed({ ...remote, ...stage("deprecated", null, null) });
      expect(lifecycleAt(remote.id, date, models)).toMatchObject({ state: "deprecated", retiresOn: null });
      expect(lifecycleAt(remote.id, day("2026-11-22"), models)?.state).toBe("active");
    });

    test("a retirement that is called off leaves no dates", () => {
      const { models, changes } = refreshed({ ...sonnet, ...stage("active", null, null) });
      expect(lifecycleAt(sonnet.id, day("2027-06-01"), models)?.state).toBe("active");
      expect(changes).toContainEqual({
        id: sonnet.id,
        path: "lifecycle.retiresOn",
        from: "2026-11-30",
        to: null,
      });
    });

    test.each([
      ["without a day", null, "2026-11-23"],
      ["before its day", "2027-01-01", "2026-11-23"],
      ["on a day that has passed", "2026-11-02", "2026-11-02"],
    ])("a model retired %s is retired now", (_when, retiresOn, first) => {
      const { models } = refreshed({ ...remote, ...stage("retired", null, retiresOn) });
      expect(lifecycleAt(remote.id, date, models)).toMatchObject({ state: "retired", retiresOn: first });
    });

    test("without a stage, as older answers have none, known dates stay", () => {
      const { lifecycle: _stage, ...older } = sonnet;
      expect(refreshed(older).models[sonnet.id]?.lifecycle.retiresOn).toBe("2026-11-30");
    });

    test("what leaves without a named replacement gets the newest active model of its line that has a price", () => {
      const opus = (id: string, released: string, more: object = {}) => ({
        ...remote,
        id,
        display_name: id,
        line: "opus",
        created_at: `${released}T00:00:00Z`,
        ...more,
      });
      const leaving = opus("claude-opus-4-7", "2026-04-16", stage("deprecated", null, "2027-04-16"));
      const { models, changes } = refreshed(
        leaving,
        opus("claude-opus-5", "2026-07-24"),
        opus("claude-opus-5-5", "2026-09-22", stage("deprecated", null, null)),
        opus("claude-opus-9", "2026-11-20"),
        { ...opus("claude-fable-5-2", "2026-11-09"), line: "fable" },
      );
      expect(models["claude-opus-4-7"]?.lifecycle.replacement).toBe("claude-opus-5");
      expect(changes).toContainEqual({
        id: "claude-opus-4-7",
        path: "lifecycle.replacement",
        from: null,
        to: "claude-opus-5",
      });
      // Nothing else of its line, and lines are not read from ids.
      expect(refreshed(leaving).models["claude-opus-4-7"]?.lifecycle.replacement).toBeNull();
      const { line: _line, ...lineless } = opus("claude-opus-5", "2026-07-24");
      expect(refreshed(leaving, lineless).models["claude-opus-4-7"]?.lifecycle.replacement).toBeNull();
    });
  });

  test("a limit above the contract's stays the contract's", () => {
    const sonnet = {
      ...remote,
      id: "claude-sonnet-4-5-20250929",
      display_name: "Claude Sonnet 4.5",
      max_tokens: 64_000,
      max_input_tokens: 200_000,
    };
    expect(refreshed(sonnet).models["claude-sonnet-4-5-20250929"]?.outputLimit).toBe(4096);
  });

  test("any other limit is what Anthropic says, up to what a configuration can ask for", () => {
    const haiku = { ...remote, id: "claude-haiku-4-5-20251001", display_name: "Claude Haiku 4.5" };
    const limits = (max_tokens: number, models = AVAILABLE_MODELS) => {
      const said = { ...haiku, max_input_tokens: 200_000, max_tokens };
      const { changes, models: after } = refreshCatalogue([said], { date, models });
      return [after[haiku.id]?.outputLimit, changes.map(({ path, from, to }) => [path, from, to])];
    };
    expect(limits(96_000)).toEqual([96_000, [["outputLimit", 64_000, 96_000]]]);
    expect(limits(32_000)).toEqual([32_000, [["outputLimit", 64_000, 32_000]]]);
    expect(limits(300_000)).toEqual([128_000, [["outputLimit", 64_000, 128_000]]]);
    // An operator who lowered it means it.
    const parsed = parseCatalogueFile({ models: [{ id: haiku.id, outputLimit: 8000 }] });
    expect(limits(96_000, parsed.success ? parsed.data.models : {})).toEqual([8000, []]);
  });

  test("a new model is known from then on, without a price", () => {
    const { models, changes } = refreshed({ ...remote, id: "claude-opus-9", display_name: "Claude Opus 9" });
    expect(changes).toEqual([{ id: "claude-opus-9", path: "", from: undefined, to: "Claude Opus 9" }]);
    expect(models["claude-opus-9"]).toMatchObject({ prices: [], costPer1kInputTokens: undefined });
  });

  test("what cannot be read is counted and does no harm", () => {
    expect(refreshed(null, 7, { id: 3 }, {}, remote)).toMatchObject({ changes: [], skipped: 4 });
  });
});
