import { randomUUID } from "node:crypto";

import { sumUsd } from "@ai-config/config-core";
import { createTestDatabase, type TestDatabase } from "@ai-config/db/testing";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { AdmissionStore, BudgetLimit, Scope, ScopeLimits } from "../src/admission/admission-store.ts";
import { createPostgresStore } from "../src/admission/postgres-store.ts";
import { createPostgresLedger } from "../src/ledger/postgres-ledger.ts";
import { admit, ask, entryOf, HOUR, limitsOf, refuse } from "../testing/admission/admission-kit.ts";

let db: TestDatabase;
let store: AdmissionStore;
beforeAll(async () => {
  db = await createTestDatabase();
  store = createPostgresStore({ database: db.database });
});
afterAll(async () => {
  await store?.close();
  await db?.[Symbol.asyncDispose]();
});

function budgetFrom(start: number, given: Partial<BudgetLimit> = {}): BudgetLimit {
  const windows = [{ start: new Date(start), end: new Date(start + 24 * HOUR) }];
  return { period: "daily", limit: "1", enforcement: "block", thresholds: [], windows, ...given };
}

/** A call of an account in an organization that was settled. */
async function call(
  scopes: readonly ScopeLimits[],
  organization: Scope,
  cost: string,
  startedAt = new Date(),
) {
  const request = ask(scopes);
  const entry = { ...entryOf(request, cost), organizationId: organization.id, startedAt };
  return store.settle({ admission: await admit(store, request), request, cost, entry });
}

test("a budget that is set in the middle of its window counts what was spent in it already", async () => {
  const user = limitsOf({ kind: "user", id: randomUUID() });
  const organization = { kind: "organization", id: randomUUID() } as const;
  const start = Date.now() - 3 * HOUR;
  await call([user], organization, "0.4");
  await call([user], organization, "0.2", new Date(start));
  // Before it begins, and somebody else's.
  await call([user], organization, "0.1", new Date(start - 1));
  await call([user], { kind: "organization", id: randomUUID() }, "0.1");

  const pool = limitsOf(organization, { budgets: [budgetFrom(start, { thresholds: [0.5, 0.9] })] });
  expect(await store.status([pool])).toMatchObject([{ spent: "0.6", reserved: "0" }]);
  const refusal = await refuse(store, ask([user, pool], { reserve: "0.5" }));
  expect(refusal).toMatchObject({ limit: "dailyBudget", used: "0.6", scope: organization });
  const settled = await call([user, pool], organization, "0.3");
  expect(settled).toMatchObject({ budgets: [{ spent: "0.9" }], alerts: [{ threshold: 0.9 }] });
  const [alert] = await db.owner`select spent::text as spent from public.budget_alerts
    where organization_id = ${organization.id} and threshold = 0.5`;
  expect(alert).toEqual({ spent: "0.6" });
});

test("a day that begins elsewhere from now on begins with what was spent in it", async () => {
  const account = { kind: "user", id: randomUUID() } as const;
  const organization = { kind: "organization", id: randomUUID() } as const;
  const start = Date.now() - 10 * HOUR;
  const before = limitsOf(account, { budgets: [budgetFrom(start)] });
  await call([before], organization, "0.2", new Date(start + HOUR));
  await call([before], organization, "0.5", new Date(start + 6 * HOUR));
  const moved = limitsOf(account, { budgets: [budgetFrom(start + 5 * HOUR)] });
  expect(await store.status([before, moved])).toMatchObject([{ spent: "0.7" }, { spent: "0.5" }]);
  const { budgets } = await admit(store, ask(moved, { reserve: "0.1" }));
  expect(budgets).toMatchObject([{ spent: "0.5", reserved: "0.1" }]);
});

test("a call whose admission was lost with its windows is counted once", async () => {
  const account = { kind: "user", id: randomUUID() } as const;
  const user = limitsOf(account, { budgets: [budgetFrom(Date.now() - HOUR)] });
  const requests = [ask(user), ask(user), ask(user)];
  const admissions = await Promise.all(requests.map((request) => admit(store, request)));
  const scope = `user:${account.id}`;
  await db.owner`delete from private.admission_leases where scope = ${scope}`;
  await db.owner`delete from private.budget_windows where scope = ${scope}`;
  await Promise.all(
    requests.map((request, index) => {
      const admission = admissions[index];
      if (admission === undefined) throw new Error("It was admitted.");
      return store.settle({ admission, request, cost: "0.1", entry: entryOf(request, "0.1") });
    }),
  );
  expect(await store.status([user])).toMatchObject([{ spent: "0.3", reserved: "0" }]);
});

test("what the ledger holds of any window is the sum of its calls", async () => {
  const start = Date.parse("2026-10-20T00:00:00Z");
  const moment = fc
    .tuple(fc.nat(72), fc.constantFrom(0, 1, HOUR / 2, HOUR - 1))
    .map(([hour, rest]) => start + hour * HOUR + rest);
  const calls = fc.array(
    fc.record({
      at: moment,
      isOurs: fc.boolean(),
      cost: fc.constantFrom("0", "0.1", "0.0000000000000000000000000001"),
    }),
    { maxLength: 20 },
  );
  const ledger = createPostgresLedger({ database: db.database });
  await fc.assert(
    fc.asyncProperty(
      calls,
      fc.array(fc.tuple(moment, moment), { minLength: 1, maxLength: 5 }),
      async (made, windows) => {
        const [userId, organizationId] = [randomUUID(), randomUUID()];
        const user = limitsOf({ kind: "user", id: userId });
        await Promise.all(
          made.map(({ at, isOurs, cost }) =>
            ledger.write({
              ...entryOf(ask(user), cost),
              organizationId: isOurs ? organizationId : null,
              startedAt: new Date(at),
            }),
          ),
        );
        for (const [one, other] of windows) {
          const [from, to] = [Math.min(one, other), Math.max(one, other) + 1];
          const meant = made.filter(({ at }) => at >= from && at < to);
          const ours = meant.filter(({ isOurs }) => isOurs);
          const [told] = await db.owner`
          select trim_scale(private.ledger_cost(${`user:${userId}`}, ${new Date(from)}, ${new Date(to)}))::text as "user",
            trim_scale(private.ledger_cost(${`organization:${organizationId}`}, ${new Date(from)}, ${new Date(to)}))::text as "organization"`;
          expect(told).toEqual({
            user: sumUsd(meant.map(({ cost }) => cost)),
            organization: sumUsd(ours.map(({ cost }) => cost)),
          });
        }
      },
    ),
    { numRuns: 40 },
  );
  await ledger.close();
});
