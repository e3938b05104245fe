import { AIConfigError } from "@ai-config/config-core";
import { expect, test } from "vitest";

import { createMemoryStore } from "../admission/memory-store.ts";
import { sweepLeases } from "./lease-sweeper.ts";

test("a sweep that fails is told with what it failed with, and comes again", async () => {
  const lines: unknown[][] = [];
  const outcomes = [new AIConfigError("DATABASE_UNAVAILABLE"), new Error("select 'secret'"), undefined];
  const store = {
    ...createMemoryStore(),
    sweep: async () => {
      const failure = outcomes.shift();
      if (failure !== undefined) throw failure;
      return 0;
    },
  };
  const sweeper = sweepLeases(store, 5, (level, _, details) => lines.push([level, details]));
  await expect.poll(() => outcomes.length).toBe(0);
  sweeper.close();
  expect(lines).toEqual([
    ["warn", { code: "SWEEP_FAILED", cause: "DATABASE_UNAVAILABLE" }],
    ["warn", { code: "SWEEP_FAILED", cause: "INTERNAL" }],
  ]);
});
