import { describe, expect, test } from "vitest";

import {
  AVAILABLE_MODELS,
  compareLayers,
  DEFAULT_AI_CONFIGURATION,
  FIELDS,
  type Layer,
  resolveConfiguration,
} from "./index.ts";

describe("resolveConfiguration", () => {
  test("of nothing gives the defaults, and says so for every field", () => {
    const { configuration, fields, problems } = resolveConfiguration([]);
    const { capabilities, ...rest } = configuration;
    expect(rest).toEqual(DEFAULT_AI_CONFIGURATION);
    expect(capabilities).toMatchObject({ contextWindow: 200_000, outputLimit: 4096 });
    expect(problems).toEqual([]);
    expect(Object.keys(fields)).toEqual(FIELDS.map((field) => field.path));
    expect(fields["model.temperature"]).toEqual({
      value: 0.7,
      source: "defaults",
      layer: { source: "defaults" },
      hidden: [],
    });
  });

  test("the most specific source wins, and the explanation names what it hides, nearest first", () => {
    const temperature = (value: number) => ({ model: { temperature: value } });
    const { configuration, fields } = resolveConfiguration([
      { source: "user", id: "u", name: "default", values: temperature(0.9) },
      { source: "organization", id: "o", name: "default", version: 3, values: temperature(0.5) },
      { source: "environment", values: temperature(0.3) },
    ]);
    expect(configuration.model.temperature).toBe(0.9);
    expect(fields["model.temperature"]).toMatchObject({
      value: 0.9,
      source: "user",
      layer: { id: "u", name: "default" },
      hidden: [
        { value: 0.5, source: "organization", layer: { id: "o", version: 3 } },
        { value: 0.3, source: "environment" },
        { value: 0.7, source: "defaults" },
      ],
    });
    expect(fields["model.topP"].source).toBe("defaults");
  });

  test("rows of one owner apply by priority, then age to the microsecond, then id", () => {
    const row = (id: string, priority: number, createdAt: string): Layer => ({
      source: "user",
      id,
      priority,
      createdAt,
      values: {},
    });
    const ordered = [
      row("d", -1, "2026-03-01T00:00:00Z"),
      row("c", 0, "2026-01-01T00:00:00.123Z"),
      row("a", 0, "2026-01-01T00:00:00.1234Z"),
      row("b", 0, "2026-01-01T00:00:00.1234Z"),
      row("0", 0, "2026-01-01T01:00:00+00:00"),
      row("e", 1, "2025-01-01T00:00:00Z"),
    ];
    expect(ordered.toReversed().sort(compareLayers)).toEqual(ordered);
  });

  test("leaves out what is not valid, says in which layer, and inherits instead", () => {
    const values = JSON.parse(
      '{"model":{"temperature":"hot","topP":0.4,"colour":1},"apiKeys":{"keyVersion":9},"__proto__":{"x":1},"timeouts":null}',
    );
    const { fields, problems } = resolveConfiguration([{ source: "organization", name: "night", values }]);
    expect(fields["model.temperature"].source).toBe("defaults");
    expect(fields["model.topP"].source).toBe("organization");
    expect(fields["apiKeys.keyVersion"].value).toBe(1);
    expect(problems.map(({ path, code }) => `${path} ${code}`)).toEqual([
      "model.temperature invalid_type",
      "model.colour unknown_field",
      "apiKeys.keyVersion read_only",
      "__proto__ unknown_field",
      "timeouts invalid_type",
    ]);
    expect(problems[0]?.message).toBe(
      'Ignored in the organization layer "night": Must be a number, not text.',
    );
  });

  test("keeps and flags a stored model that the catalogue no longer knows", () => {
    const layers: Layer[] = [{ source: "user", values: { model: { model: "claude-2" } } }];
    const { configuration, problems } = resolveConfiguration(layers);
    expect(configuration.model.model).toBe("claude-2");
    expect(configuration.capabilities).toBeUndefined();
    expect(problems).toMatchObject([{ path: "model.model", code: "unknown_model" }]);
    const [model] = Object.values(AVAILABLE_MODELS);
    const models = model && { "claude-2": { ...model, id: "claude-2" } };
    expect(resolveConfiguration(layers, { models }).problems).toEqual([]);
  });

  test("shows key hints with their source, and never a key", () => {
    const { configuration, fields, problems } = resolveConfiguration([
      { source: "organization", values: {}, keys: { primaryKey: "sk-ant-…x7Qp", keyVersion: 4 } },
      { source: "user", values: {}, keys: { primaryKey: "sk-ant-api03-verysecret" } },
    ]);
    expect(configuration.apiKeys).toEqual({
      primaryKey: "sk-ant-…x7Qp",
      keyVersion: 4,
      rotationSchedule: "manual",
    });
    expect(fields["apiKeys.primaryKey"].source).toBe("organization");
    expect(problems).toMatchObject([{ path: "apiKeys.primaryKey", code: "secret_not_allowed" }]);
  });

  test("is frozen all the way down, shares nothing with the layers, and carries only their name tags", () => {
    const layer = {
      source: "user" as const,
      values: { costBudget: { alertThresholds: [0.1] } },
      secretColumn: "x",
    };
    const resolution = resolveConfiguration([layer]);
    layer.values.costBudget.alertThresholds[0] = 0.9;
    expect(resolution.configuration.costBudget.alertThresholds).toEqual([0.1]);
    expect(unfrozenPaths(resolution)).toEqual([]);
    expect(JSON.stringify(resolution)).not.toContain("secretColumn");
    expect(layer.values.costBudget.alertThresholds).toEqual([0.9]);
  });
});

function unfrozenPaths(value: unknown, path = "resolution"): string[] {
  if (typeof value !== "object" || value === null) return [];
  const below = Object.entries(value).flatMap(([key, child]) => unfrozenPaths(child, `${path}.${key}`));
  return Object.isFrozen(value) ? below : [path, ...below];
}
