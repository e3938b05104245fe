import { expect, test } from "vitest";

import type { Call, GovernedLeg } from "./call.ts";
import { costOfLeg } from "./cost-of-leg.ts";

test("where the cost cannot be told, what was held back is booked, and the log says so", () => {
  const said: unknown[][] = [];
  const service = { log: (...words: unknown[]) => void said.push(words) };
  const leg = { meter: null, request: { id: "a", reserve: "0.25" } } as unknown as GovernedLeg;
  expect(costOfLeg({ runtime: { service } } as unknown as Call, leg)).toEqual({
    amount: "0.25",
    basis: "unknown",
    usage: undefined,
  });
  expect(said).toEqual([["error", expect.any(String), { code: "COST_UNKNOWN", cause: "INTERNAL", id: "a" }]]);
});
