import {
  type AIConfiguration,
  compileMessageParams,
  DEFAULT_AI_CONFIGURATION,
  type Layer,
  resolveConfiguration,
} from "@ai-config/config-core";

import { compare, report } from "./support/measure.ts";

const DATE = new Date("2026-11-23T12:00:00Z");

/** What one account of an organization has stored, as the database gives it. */
const LAYERS: readonly Layer[] = [
  {
    source: "environment",
    id: "environment",
    values: { model: { model: "claude-opus-5", maxTokens: 32_000 } },
  },
  {
    source: "organization",
    id: "a",
    name: "default",
    createdAt: "2026-11-01T10:00:00.000001Z",
    values: {
      model: { maxTokens: 16_000, effort: "high" },
      costBudget: { dailyBudget: 50, weeklyBudget: 200, monthlyBudget: 800 },
      rateLimiting: { requestsPerMinute: 100 },
    },
  },
  {
    source: "user",
    id: "b",
    name: "default",
    createdAt: "2026-11-02T10:00:00.000001Z",
    values: { model: { temperature: 0.5, stopSequences: ["END"] }, timeouts: { connectionTimeout: 5_000 } },
  },
  {
    source: "user",
    id: "c",
    name: "night shift",
    priority: 5,
    createdAt: "2026-11-03T10:00:00.000001Z",
    values: { model: { model: "claude-opus-4-6", thinking: 8_192 }, retryStrategy: { maxRetries: 5 } },
  },
];

/** What happens for each call and each cold read, beside a copy of the same object. */
export async function compileAndResolve(): Promise<void> {
  const { configuration, fields } = resolveConfiguration(LAYERS);
  let sink: unknown;
  const loop = (work: () => unknown) => (steps: number) => {
    for (let step = 0; step < steps; step += 1) sink = work();
  };
  const compiling = await compare(
    5_000,
    loop(() => structuredClone(configuration as AIConfiguration)),
    loop(() => compileMessageParams(configuration, { apiVersion: "2023-06-01", date: DATE, fields })),
  );
  const resolving = await compare(
    5_000,
    loop(() => structuredClone(LAYERS)),
    loop(() => resolveConfiguration(LAYERS)),
  );
  const resolvingNothing = await compare(
    5_000,
    loop(() => structuredClone(DEFAULT_AI_CONFIGURATION)),
    loop(() => resolveConfiguration([])),
  );
  if (sink === undefined) throw new Error("Nothing was measured.");
  const microseconds = ({ base, other }: typeof compiling) =>
    `${(other / 1_000).toFixed(1)} us against ${(base / 1_000).toFixed(1)} us`;
  report("Pure work, beside structuredClone of the same object", [
    { name: "compileMessageParams", measured: microseconds(compiling), ratio: compiling.ratio, goal: 2 },
    {
      name: "resolving four layers with sources",
      measured: microseconds(resolving),
      ratio: resolving.ratio,
      goal: 2,
    },
    {
      name: "resolving nothing but defaults",
      measured: microseconds(resolvingNothing),
      ratio: resolvingNothing.ratio,
      goal: 2,
    },
  ]);
}
