import fc from "fast-check";
import { expect, test } from "vitest";

import { applyPatch, mergeLayers, patchBetween } from "./index.ts";

const layer = fc
  .record(
    {
      model: fc.record(
        {
          temperature: fc.double({ min: 0, max: 1, noNaN: true }),
          maxTokens: fc.integer({ min: 1, max: 8192 }),
        },
        { requiredKeys: [] },
      ),
      costBudget: fc.record(
        {
          dailyBudget: fc.integer({ min: 0, max: 50 }),
          alertThresholds: fc.uniqueArray(fc.constantFrom(0.1, 0.5, 1)),
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  )
  .map((value) => JSON.parse(JSON.stringify(value)) as typeof value);

test("the patch between two layers makes the one of the other", () => {
  fc.assert(
    fc.property(layer, layer, (from, to) => {
      expect(applyPatch(from, patchBetween(from, to))).toEqual(mergeLayers([to]));
    }),
  );
});

test("there is nothing to say between a layer and itself", () => {
  fc.assert(
    fc.property(layer, (same) => {
      expect(patchBetween(mergeLayers([same]), same)).toEqual({});
    }),
  );
});

test("only what differs is part of it", () => {
  const from = { model: { temperature: 0.1, maxTokens: 5 }, timeouts: { connectionTimeout: 1 } };
  const to = { model: { temperature: 0.2, maxTokens: 5 }, costBudget: { alertThresholds: [0.5] } };
  expect(patchBetween(from, to)).toEqual({
    model: { temperature: 0.2 },
    timeouts: null,
    costBudget: { alertThresholds: [0.5] },
  });
});
