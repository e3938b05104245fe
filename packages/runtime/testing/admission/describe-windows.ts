import { AIConfigError, type BudgetWindow, budgetWindow } from "@ai-config/config-core";
import { expect } from "vitest";
import {
  admit,
  ask,
  budgetOf,
  figuresOf,
  HOUR,
  limitsOf,
  MINUTE,
  refuse,
  scopeOf,
  settle,
  spend,
  statusOf,
} from "./admission-kit.ts";
import type { StoreTest } from "./store-under-test.ts";

export function describeWindows(always: StoreTest, inTime: StoreTest): void {
  always("chooses by its own clock among the windows it is given, in any order", async (under) => {
    const now = await under.now();
    const windows = [-1, 0, 1].map((day) => windowAround(now + day * 24 * HOUR));
    for (const given of [windows, windows.toReversed(), windows.slice(1), windows.slice(0, 2)]) {
      const user = limitsOf(await scopeOf(under, "user"), {
        budgets: [await budgetOf(under, "1", { windows: given })],
      });
      const { budgets } = await admit(under.store, ask(user));
      expect(budgets).toMatchObject([{ startsAt: windows[1]?.start, resetsAt: windows[1]?.end }]);
      expect(await under.store.status([user])).toMatchObject([{ startsAt: windows[1]?.start }]);
    }
  });

  always("throws where no window fits its clock, and takes nothing", async (under) => {
    const now = await under.now();
    const user = limitsOf(await scopeOf(under, "user"), { rate: { perMinute: 1, burst: 0 }, concurrency: 1 });
    const organization = await scopeOf(under, "organization");
    for (const windows of [[], [windowAround(now - 48 * HOUR)], [windowAround(now + 48 * HOUR)]]) {
      const misplaced = limitsOf(organization, { budgets: [await budgetOf(under, "1", { windows })] });
      const asked = under.store.admit(ask([user, misplaced]));
      await expect(asked).rejects.toBeInstanceOf(AIConfigError);
    }
    await admit(under.store, ask([user]));
  });

  inTime("begins each window at nothing, at the moment the one before ends", async (under) => {
    const now = await under.now();
    const edge = Math.floor(now) + 10 * MINUTE;
    const windows = [
      { start: new Date(edge - 24 * HOUR), end: new Date(edge) },
      { start: new Date(edge), end: new Date(edge + 24 * HOUR) },
    ];
    const user = limitsOf(await scopeOf(under, "user"), {
      budgets: [await budgetOf(under, "1", { windows })],
    });
    await spend(under.store, user, "1");

    await under.advance(edge - 1000 - (await under.now()));
    expect(await statusOf(under, user)).toEqual({ spent: "1", reserved: "0" });
    await refuse(under.store, ask(user, { reserve: "0.1" }));
    await under.advance(edge - (await under.now()));
    expect(await statusOf(under, user)).toEqual({ spent: "0", reserved: "0" });
    const { budgets } = await admit(under.store, ask(user, { reserve: "1" }));
    expect(budgets).toMatchObject([{ startsAt: new Date(edge) }]);
    await refuse(under.store, ask(user, { reserve: "0.1" }));
  });

  inTime("books a call in the window it was admitted in, however late it ends", async (under) => {
    const edge = Math.floor(await under.now()) + 5 * MINUTE;
    const before = { start: new Date(edge - 24 * HOUR), end: new Date(edge) };
    const after = { start: new Date(edge), end: new Date(edge + 24 * HOUR) };
    const budget = await budgetOf(under, "1", { windows: [before, after] });
    const user = limitsOf(await scopeOf(under, "user"), { budgets: [budget] });
    const request = ask(user, { reserve: "0.9", leaseMs: HOUR });
    const late = ask(user, { reserve: "0.1", leaseMs: MINUTE });
    const admission = await admit(under.store, request);
    const lateAdmission = await admit(under.store, late);

    await under.advance(10 * MINUTE);
    await admit(under.store, ask(user, { reserve: "1" }));
    const settled = await settle(under.store, admission, request, "0.8");
    expect(settled.budgets).toMatchObject([{ startsAt: before.start, resetsAt: before.end }]);
    expect(figuresOf(settled.budgets, user).spent).toBe("0.8");
    const lateSettled = await settle(under.store, lateAdmission, late, "0.05");
    expect(lateSettled).toMatchObject({
      isBooked: true,
      wasLate: true,
      budgets: [{ startsAt: before.start }],
    });
    expect(figuresOf(lateSettled.budgets, user)).toEqual({ spent: "0.85", reserved: "0" });
    expect(await statusOf(under, user)).toEqual({ spent: "0", reserved: "1" });
  });

  for (const timeZone of ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]) {
    inTime(`counts the days on which clocks change in ${timeZone} as long as they are`, async (under) => {
      const lengths: number[] = [];
      for (let change = 0; change < 2; change += 1) {
        const now = await under.now();
        const day = nextChange(now, timeZone);
        lengths.push(lengthOf(day));
        const user = await scopeOf(under, "user");
        // As the caller gives them: the day around now and its neighbours.
        const today = async () => {
          const at = await under.now();
          const windows = [-HOUR, 0, HOUR].map((ms) => budgetWindow("daily", new Date(at + ms), timeZone));
          return limitsOf(user, { budgets: [await budgetOf(under, "1", { windows })] });
        };
        await under.advance(day.start.getTime() + MINUTE - now);
        await spend(under.store, await today(), "0.5");
        await under.advance(lengthOf(day) - 2 * MINUTE);
        const { budgets } = await spend(under.store, await today(), "0.5");
        expect(budgets).toMatchObject([{ startsAt: day.start, resetsAt: day.end }]);
        expect(figuresOf(budgets, { scope: user }).spent).toBe("1");
        await refuse(under.store, ask(await today(), { reserve: "0.1" }));
        await under.advance(2 * MINUTE);
        expect(
          figuresOf((await spend(under.store, await today(), "0.25")).budgets, { scope: user }).spent,
        ).toBe("0.25");
      }
      const shift = timeZone === "Australia/Lord_Howe" ? HOUR / 2 : HOUR;
      expect(lengths.toSorted()).toEqual([24 * HOUR - shift, 24 * HOUR + shift]);
    });
  }
}

function windowAround(moment: number): BudgetWindow {
  return { start: new Date(Math.floor(moment) - 5 * HOUR), end: new Date(Math.floor(moment) + 19 * HOUR) };
}

function lengthOf({ start, end }: BudgetWindow): number {
  return end.getTime() - start.getTime();
}

/** The next day that has not 24 hours. */
function nextChange(now: number, timeZone: string): BudgetWindow {
  let day = budgetWindow("daily", new Date(now), timeZone);
  do day = budgetWindow("daily", day.end, timeZone);
  while (lengthOf(day) === 24 * HOUR);
  return day;
}
