import { randomUUID } from "node:crypto";

import { sumUsd } from "@ai-config/config-core";
import { createTestDatabase, type TestDatabase } from "@ai-config/db/testing";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { AdmissionStore } from "../src/admission/admission-store.ts";
import { createPostgresStore } from "../src/admission/postgres-store.ts";
import { createPostgresLedger } from "../src/ledger/postgres-ledger.ts";
import { admit, ask, entryOf, HOUR, limitsOf } from "../testing/admission/admission-kit.ts";
import { budgetFrom, describeLateWindows } from "../testing/admission/describe-late-windows.ts";

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

describeLateWindows("the store on Postgres", () => store);

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
