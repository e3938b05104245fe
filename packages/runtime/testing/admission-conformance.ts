import { describe, test } from "vitest";

import { describeAlerts } from "./admission/describe-alerts.ts";
import { describeBudgets } from "./admission/describe-budgets.ts";
import { describeIdempotence } from "./admission/describe-idempotence.ts";
import { describeLeases } from "./admission/describe-leases.ts";
import { describeModel } from "./admission/describe-model.ts";
import { describeOpenWindows } from "./admission/describe-open-windows.ts";
import { describeRate } from "./admission/describe-rate.ts";
import { describeRealClock } from "./admission/describe-real-clock.ts";
import { describeReviews } from "./admission/describe-reviews.ts";
import { describeStorms } from "./admission/describe-storms.ts";
import { describeWindows } from "./admission/describe-windows.ts";
import type { StoreTest, StoreUnderTest } from "./admission/store-under-test.ts";

export type { StoreUnderTest } from "./admission/store-under-test.ts";

export interface ConformanceOptions {
  /**
   * `movable`: `advance` moves the store's clock at once, and time passes by itself little or not at all.
   * `real`: the store has its own clock, and what needs hours to pass is left to a run with a movable one.
   */
  readonly clock: "movable" | "real";
  /** Random sequences that are held against the model. */
  readonly runs?: number;
}

/** What every store of limits and budgets has to keep to. `makeStore` answers an empty store each time. */
export function describeAdmissionStore(
  name: string,
  makeStore: () => Promise<StoreUnderTest>,
  { clock, runs = 100 }: ConformanceOptions,
): void {
  const always: StoreTest = (title, body) =>
    test(title, async () => {
      const under = await makeStore();
      try {
        await body(under);
      } finally {
        await under.close();
      }
    });
  const inTime: StoreTest = clock === "movable" ? always : () => {};

  describe(`admission by ${name}`, () => {
    describe("rate", () => describeRate(always, inTime));
    describe("slots and leases", () => describeLeases(always, inTime));
    describe("budgets", () => describeBudgets(always));
    describe("windows", () => describeWindows(always, inTime));
    describe("open windows", () => describeOpenWindows(always));
    describe("alerts", () => describeAlerts(always, inTime));
    describe("reviews", () => describeReviews(always, inTime));
    describe("idempotence", () => describeIdempotence(always, inTime));
    describe("storms", () => describeStorms(always));
    if (clock === "movable") describe("any sequence", () => describeModel(makeStore, runs));
    else describe("by its own clock", () => describeRealClock(always));
  });
}
