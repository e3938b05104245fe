import { DEFAULT_AI_CONFIGURATION } from "@ai-config/config-core";
import { expect, test } from "vitest";

import { classifyError, type ErrorClass, type FailedRequest } from "../failures/classify-error.ts";
import { nextStep, type Situation } from "./next-step.ts";

const situation: Situation = {
  strategy: DEFAULT_AI_CONFIGURATION.retryStrategy,
  retries: 0,
  remainingMs: 120_000,
  hasOtherKey: false,
  hasNextModel: false,
  random: () => 1 - 2 ** -53,
};
const after = (failed: FailedRequest, given: Partial<Situation> = {}, retryAfterMs?: number) => {
  const known: ErrorClass = classifyError(failed);
  return nextStep({ ...known, retryAfterMs }, { ...situation, ...given });
};

test("passing failures are retried by the strategy, and no more often", () => {
  const waits = [0, 1, 2].map((retries) => after({ status: 529 }, { retries }));
  expect(waits).toEqual([1_000, 2_000, 4_000].map((waitMs) => ({ do: "retry", waitMs })));
  expect(after({ status: 529 }, { retries: 3 })).toEqual({ do: "give_up" });
  expect(after({ status: 529 }, { retries: 3, hasNextModel: true })).toEqual({ do: "next_model" });
});

test("the wait is drawn from the jitter, and as long as the server asked for up to a minute", () => {
  expect(after({ status: 503 }, { random: () => 0.25 })).toEqual({ do: "retry", waitMs: 250 });
  expect(after({ status: 429 }, {}, 7_000)).toEqual({ do: "retry", waitMs: 7_000 });
  expect(after({ status: 429 }, {}, 3_600_000)).toEqual({ do: "retry", waitMs: 60_000 });
});

test("a wait that would outlast the deadline is not begun", () => {
  expect(after({ status: 429 }, { remainingMs: 7_000 }, 7_000)).toEqual({ do: "give_up" });
  expect(after({ status: 429 }, { remainingMs: 7_001 }, 7_000)).toEqual({ do: "retry", waitMs: 7_000 });
  expect(after({ status: 429 }, { remainingMs: 1, hasNextModel: true })).toEqual({ do: "next_model" });
});

test("what is final is final: no retry, no other key, no other model", () => {
  const given = { hasOtherKey: true, hasNextModel: true };
  for (const status of [400, 402, 403, 413]) expect(after({ status }, given)).toEqual({ do: "give_up" });
  const cap = { status: 429, errorCode: "enforced_spend_limit_reached" };
  expect(after(cap, given)).toEqual({ do: "give_up" });
});

test("a refused key goes on with the other, a model that is gone with the next", () => {
  expect(after({ status: 401 }, { hasOtherKey: true })).toEqual({ do: "other_key" });
  expect(after({ status: 401 }, { hasNextModel: true })).toEqual({ do: "give_up" });
  expect(after({ status: 404 }, { hasNextModel: true })).toEqual({ do: "next_model" });
  expect(after({ status: 404 })).toEqual({ do: "give_up" });
});
