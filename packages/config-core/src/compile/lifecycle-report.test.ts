import { expect, test } from "vitest";

import {
  type AIConfiguration,
  AVAILABLE_MODELS,
  catalogueOf,
  compileMessageParams,
  DEFAULT_AI_CONFIGURATION,
  lifecycleReport,
  type ModelCatalogue,
  type ModelInfo,
} from "../index.ts";

const date = new Date("2026-11-23T12:00:00Z");
const retired = new Date("2026-11-30T00:00:00Z");
const sonnet = "claude-sonnet-4-5-20250929";
const configured = (model: Partial<AIConfiguration["model"]>): AIConfiguration => ({
  ...DEFAULT_AI_CONFIGURATION,
  model: { ...DEFAULT_AI_CONFIGURATION.model, ...model },
});
const modelOf = (id: string) => AVAILABLE_MODELS[id] as ModelInfo;

/** What the report says of one configuration. */
function migrationOf(
  model: Partial<AIConfiguration["model"]>,
  { at = date, models }: { at?: Date; models?: ModelCatalogue } = {},
) {
  const [affected] = lifecycleReport([{ ref: 1, configuration: configured(model) }], at, {
    models,
  }).configurations;
  return { changes: affected?.changes ?? [], costChange: affected?.costChange };
}

function leaving(id: string, replacement: string): ModelCatalogue {
  const lifecycle = {
    deprecatedOn: "2026-11-01",
    retiresOn: "2027-01-01",
    retiresNotBefore: null,
    replacement,
  };
  const { costPer1kInputTokens: _in, costPer1kOutputTokens: _out, ...entry } = modelOf(id);
  return { ...AVAILABLE_MODELS, ...catalogueOf([{ ...entry, lifecycle }]) };
}

test("counts the people who use what is going, the most urgent first", () => {
  const report = lifecycleReport(
    [
      { ref: "a", configuration: DEFAULT_AI_CONFIGURATION },
      { ref: "b", configuration: configured({ temperature: 0.2 }) },
      { ref: "c", configuration: configured({ model: "claude-3-opus-20240229" }) },
      { ref: "d", configuration: configured({ model: "claude-opus-5-5" }) },
      { ref: "e", configuration: configured({ model: "claude-99" }) },
      { ref: "what an organization hands out", people: 0, configuration: DEFAULT_AI_CONFIGURATION },
    ],
    date,
  );
  expect(
    report.models.map(({ model, people, status }) => [model, people, status.state, status.daysLeft]),
  ).toEqual([
    ["claude-3-opus-20240229", 1, "retired", 0],
    [sonnet, 2, "deprecated", 7],
  ]);
  expect(report.unknown).toEqual([{ ref: "e", model: "claude-99" }]);
  expect(report.configurations[0]).toMatchObject({
    ref: "a",
    replacement: { id: "claude-sonnet-5-5", displayName: "Claude Sonnet 5.5" },
    // 2 for 3 USD and 10 for 15 USD a million, with 1.3 times the tokens.
    costChange: { input: 0.8667, output: 0.8667 },
  });
});

test("a default installation stops sending temperature and starts to think", () => {
  expect(migrationOf({}).changes).toEqual([
    {
      path: "model.temperature",
      from: 0.7,
      to: null,
      message: "Temperature 0.7 dropped: Claude Sonnet 5.5 accepts no sampling parameters.",
    },
    {
      path: "model.thinking",
      from: "off",
      to: "adaptive",
      message:
        "Claude Sonnet 5.5 thinks by default, unlike Claude Sonnet 4.5. What it thinks counts towards the maximum output.",
    },
  ]);
});

test("what is dropped today and sent tomorrow is a change, with the region in the cost", () => {
  const wanted = { thinking: "adaptive", inferenceGeo: "us", effort: "max" } as const;
  const { changes, costChange } = migrationOf(wanted);
  expect(changes.slice(1)).toEqual([
    {
      path: "model.effort",
      from: null,
      to: "max",
      message: "Effort: not set with Claude Sonnet 4.5, Maximum with Claude Sonnet 5.5.",
    },
    {
      path: "model.thinking",
      from: "off",
      to: "adaptive",
      message: "Thinking: Off with Claude Sonnet 4.5, Adaptive with Claude Sonnet 5.5.",
    },
    {
      path: "model.inferenceGeo",
      from: null,
      to: "us",
      message: "Region: not set with Claude Sonnet 4.5, United States only with Claude Sonnet 5.5.",
    },
  ]);
  // 2 for 3 USD a million, 1.3 times the tokens, 1.1 for the region.
  expect(costChange).toEqual({ input: 0.9533, output: 0.9533 });
});

test("what is clamped today is sent whole tomorrow, and then has to stream", () => {
  const { changes } = migrationOf({ maxTokens: 64_000, thinking: "adaptive" });
  expect(changes.map(({ path, from, to }) => [path, from, to])).toEqual([
    ["model.maxTokens", 4096, 64_000],
    ["model.temperature", 0.7, null],
    ["model.streaming", false, true],
    ["model.thinking", "off", "adaptive"],
  ]);
});

test("fast mode that the replacement lacks makes it cheaper", () => {
  const models = leaving("claude-opus-5", "claude-opus-4-7");
  const { changes, costChange } = migrationOf({ model: "claude-opus-5", speed: "fast" }, { models });
  expect(changes.find(({ path }) => path === "model.speed")).toMatchObject({ from: "fast", to: "standard" });
  expect(costChange).toEqual({ input: 0.5, output: 0.5 });
});

test("another effort by default is a change", () => {
  const models = leaving("claude-opus-5", "claude-opus-5-5");
  expect(migrationOf({ model: "claude-opus-5" }, { models }).changes).toEqual([
    {
      path: "model.effort",
      from: "high",
      to: "medium",
      message: "Effort: High with Claude Opus 5, Medium with Claude Opus 5.5.",
    },
  ]);
});

test("of a model that is gone it is told what calls to the replacement have changed", () => {
  expect(migrationOf({}, { at: retired })).toEqual(migrationOf({}));
});

test("a chain of retired models is followed to its end, as calls do", () => {
  const entries = Array.from({ length: 11 }, (_, index) => ({
    ...modelOf(sonnet),
    id: `m${index}`,
    aliases: [],
    lifecycle: {
      deprecatedOn: null,
      retiresOn: index < 10 ? "2026-01-01" : null,
      retiresNotBefore: null,
      replacement: `m${index + 1}`,
    },
  }));
  const models = catalogueOf(entries);
  const configuration = configured({ model: "m0" });
  const report = lifecycleReport([{ ref: 1, configuration }], date, { models });
  expect(report.configurations[0]?.replacement?.id).toBe("m10");
  const compiled = compileMessageParams(configuration, { apiVersion: "2026-10-21", date, models });
  expect(compiled.params.model).toBe("m10");
});

test("a model that nothing replaces is told without a change", () => {
  const models = catalogueOf([modelOf(sonnet)]);
  expect(
    lifecycleReport([{ ref: 1, configuration: DEFAULT_AI_CONFIGURATION }], retired, { models })
      .configurations,
  ).toMatchObject([{ replacement: null, changes: [], costChange: null }]);
});
