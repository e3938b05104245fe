import fc from "fast-check";
import { expect, test } from "vitest";

import type {
  Admission,
  AdmissionRequest,
  Admitted,
  BudgetAlert,
  BudgetLimit,
  Scope,
  ScopeLimits,
} from "../../src/admission/admission-store.ts";
import { ask, entryOf, figuresOf, ledgerSum, plain, refusalOf, scopeOf } from "./admission-kit.ts";
import { alertName, durationOf, ModelOracle, type Standing, type Verdict } from "./model-oracle.ts";
import type { StoreUnderTest } from "./store-under-test.ts";

/**
 * All moments of the model are whole ticks; leases and windows end half a tick aside. A clock that goes on by itself
 * has to get ahead by five seconds in one sequence before an answer may differ.
 */
const TICK = 20_000;
const RATES = [2, 1, 4] as const;
/** A moment at the fastest rate is so many at the slowest. */
const STRETCH_MAX = 4;
const LEASES = [1.5 * TICK, 4.5 * TICK] as const;
const WINDOWS = { daily: 7 * TICK, weekly: 30 * TICK } as const;

const amount = fc.constantFrom(
  "0",
  "0.1",
  "0.25",
  "0.3333333333333333333333333333",
  "0.0000000000000000000000000001",
  "0.7000000000000000000000000003",
);

const budget = fc.record({
  limit: fc.constantFrom("0", "0.5", "1", "2.0000000000000000000000000001", "5"),
  enforcement: fc.constantFrom("block" as const, "block" as const, "warn" as const),
  thresholds: fc.subarray([0.1, 0.5, 0.9, 1]),
});

/** What holds for one scope at one call: it may be different at the next. */
const limits = fc.record({
  burst: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
  perMinute: fc.constantFrom(...RATES),
  concurrency: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
  daily: fc.option(budget, { nil: undefined }),
  weekly: fc.option(budget, { nil: undefined }),
});

const pick = fc.nat({ max: 1000 });

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      act: fc.constant("admit" as const),
      user: fc.nat({ max: 1 }),
      hasPool: fc.boolean(),
      limits: fc.tuple(limits, limits),
      reserve: amount,
      leaseMs: fc.constantFrom(...LEASES),
    }),
  },
  { weight: 4, arbitrary: fc.record({ act: fc.constant("settle" as const), pick, cost: amount }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("repeat" as const), pick }) },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant("review" as const),
      user: fc.nat({ max: 1 }),
      limits: fc.tuple(limits, limits),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ act: fc.constant("renew" as const), picks: fc.array(pick, { maxLength: 3 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ act: fc.constant("advance" as const), ticks: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant("sweep" as const) }) },
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
type DrawnLimits = typeof limits extends fc.Arbitrary<infer T> ? T : never;

export function describeModel(makeStore: () => Promise<StoreUnderTest>, numRuns: number): void {
  test("answers as a plain count of all calls would, and ends with the sum of its ledger", async () => {
    const under = await makeStore();
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 50 }), (steps) => follow(under, steps)),
        { numRuns },
      );
    } finally {
      await under.close();
    }
  }, 300_000);
}

interface Run {
  readonly under: StoreUnderTest;
  readonly oracle: ModelOracle;
  readonly start: number;
  readonly users: readonly Scope[];
  readonly pool: Scope;
  readonly calls: {
    readonly request: AdmissionRequest;
    readonly admission: Admitted;
    readonly startedAt: Date;
  }[];
}

async function follow(under: StoreUnderTest, steps: readonly Step[]): Promise<void> {
  // The clock of the store is never behind that of the model.
  const start = Math.floor(await under.now());
  const run: Run = {
    under,
    oracle: new ModelOracle(start, under.hasLedger),
    start,
    users: [await scopeOf(under, "user"), await scopeOf(under, "user")],
    pool: await scopeOf(under, "organization"),
    calls: [],
  };
  for (const [index, one] of steps.entries())
    await take(run, one, index % 2 === 0 ? under.store : under.twin);
  await compareAll(run);
}

async function take(run: Run, one: Step, store: StoreUnderTest["store"]): Promise<void> {
  const { under, oracle, calls } = run;
  const called = (at: number) => calls[at % Math.max(1, calls.length)];
  switch (one.act) {
    case "admit": {
      const scopes = [limitsFor(run, run.users[one.user] as Scope, one.limits[0])];
      if (one.hasPool) scopes.push(limitsFor(run, run.pool, one.limits[1]));
      const request = ask(scopes, { reserve: one.reserve, leaseMs: one.leaseMs });
      const answer = await store.admit(request);
      await compareAnswer(run, request, answer, oracle.admit(request));
      if (answer.isAdmitted) calls.push({ request, admission: answer, startedAt: new Date(oracle.now) });
      return;
    }
    case "review": {
      const scopes = [
        limitsFor(run, run.users[one.user] as Scope, one.limits[0]),
        limitsFor(run, run.pool, one.limits[1]),
      ];
      const { budgets, alerts } = await store.review(scopes);
      expect(namesOf(alerts)).toEqual(oracle.due({ scopes }).toSorted());
      for (const scope of scopes) {
        for (const one of scope.budgets) {
          expect(figuresOf(budgets, scope, one.period).spent).toBe(oracle.figures(scope, one).spent);
        }
      }
      return;
    }
    case "repeat": {
      const call = called(one.pick);
      if (call === undefined || !oracle.canRepeat(call.request)) return;
      const answer = await store.admit(call.request);
      expect(answer).toMatchObject({ isAdmitted: true, id: call.request.id });
      // What is due by now may come with it or with the next call.
      if (answer.alerts.length > 0)
        expect(namesOf(answer.alerts)).toEqual(oracle.due(call.request).toSorted());
      return;
    }
    case "settle": {
      const call = called(one.pick);
      if (call === undefined) return;
      const { admission, request, startedAt } = call;
      const entry = { ...entryOf(request, one.cost), startedAt };
      const { alerts, ...settled } = await store.settle({ admission, request, cost: one.cost, entry });
      const expected = oracle.settle(call.request, one.cost);
      expect(settled.isBooked).toBe(expected.isBooked);
      if (expected.isBooked) expect(settled.wasLate).toBe(expected.wasLate);
      expect(namesOf(alerts)).toEqual(expected.alerts.toSorted());
      return;
    }
    case "renew": {
      const ids = [...new Set(one.picks.flatMap((at) => called(at)?.request.id ?? []))];
      const held = await store.renew(ids, LEASES[1]);
      expect(held.toSorted()).toEqual(oracle.renew(ids, LEASES[1]).toSorted());
      return;
    }
    case "advance":
      await under.advance(one.ticks * TICK);
      oracle.now += one.ticks * TICK;
      return;
    case "sweep":
      await compareAll(run);
  }
}

async function compareAnswer(
  run: Run,
  request: AdmissionRequest,
  answer: Admission,
  verdict: Verdict,
): Promise<void> {
  expect(answer.isAdmitted).toBe(verdict.isAdmitted);
  expect(namesOf(answer.alerts)).toEqual(verdict.alerts.toSorted());
  if (answer.isAdmitted) {
    for (const scope of request.scopes) {
      for (const one of scope.budgets) {
        const { spent } = figuresOf(answer.budgets, scope, one.period);
        expect(spent).toBe(run.oracle.figures(scope, one).spent);
      }
    }
    return;
  }
  if (verdict.isAdmitted) return;
  const { limit, scope, used, retryAfterMs } = refusalOf(answer);
  const aheadMs = ((await run.under.now()) - run.oracle.now) * STRETCH_MAX;
  const [longest] = verdict.standing as [Standing];
  // Buckets that would be named for nearly as long may have changed places in the time that has passed.
  const named = verdict.standing.filter(
    (one) => one === longest || durationOf(one) >= durationOf(longest) - 2 * aheadMs - (aheadMs > 0 ? 1 : 0),
  );
  const expected = named.find((one) => one.limit === limit && one.scope === scope.id) ?? longest;
  expect({ limit, scope: scope.id, used: plain(used) }).toEqual({
    limit: expected.limit,
    scope: expected.scope,
    used: expected.used,
  });
  if (limit === "concurrentRequests" && used === 0) return;
  expect(retryAfterMs).toBeLessThanOrEqual(Math.ceil(expected.waitMs));
  expect(retryAfterMs).toBeGreaterThanOrEqual(Math.floor(expected.waitMs - aheadMs));
}

/** The counters of all windows of now against the model, and the ledger against both. */
async function compareAll(run: Run): Promise<void> {
  const { under, oracle } = run;
  await under.store.sweep();
  const any = { limit: "1", enforcement: "block", thresholds: [] } as const;
  for (const scope of [...run.users, run.pool]) {
    const all = limitsFor(run, scope, {
      burst: undefined,
      perMinute: 1,
      concurrency: undefined,
      daily: any,
      weekly: any,
    });
    const states = await under.twin.status([all]);
    for (const one of all.budgets) {
      expect(figuresOf(states, all, one.period)).toEqual(oracle.figures(all, one));
    }
    expect(await ledgerSum(under, scope)).toBe(oracle.total(scope.id));
  }
}

function limitsFor(
  run: Run,
  scope: Scope,
  drawn: DrawnLimits | { readonly [K in keyof DrawnLimits]: unknown },
): ScopeLimits {
  const { burst, perMinute, concurrency, daily, weekly } = drawn as DrawnLimits;
  const budgets: BudgetLimit[] = [];
  for (const [period, given] of [["daily", daily] as const, ["weekly", weekly] as const]) {
    if (given !== undefined) budgets.push({ period, ...given, windows: windowsAround(run, WINDOWS[period]) });
  }
  return { scope, rate: burst === undefined ? undefined : { perMinute, burst }, concurrency, budgets };
}

function windowsAround({ start, oracle }: Run, length: number) {
  const first = start + TICK / 2;
  const current = Math.floor((oracle.now - first) / length);
  return [current - 1, current, current + 1].map((index) => ({
    start: new Date(first + index * length),
    end: new Date(first + (index + 1) * length),
  }));
}

function namesOf(alerts: readonly BudgetAlert[]): string[] {
  return alerts
    .map(({ scope, period, threshold, limit }) => alertName(scope.id, period, threshold, limit))
    .toSorted();
}
