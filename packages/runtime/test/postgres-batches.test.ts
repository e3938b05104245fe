import { createHash, randomUUID } from "node:crypto";

import { createTestDatabase, type TestDatabase } from "@ai-config/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { AdmissionStore, Admitted, ScopeLimits } from "../src/admission/admission-store.ts";
import { createPostgresStore } from "../src/admission/postgres-store.ts";
import { admit, ask, HOUR, limitsOf, settle, spend } from "../testing/admission/admission-kit.ts";

let db: TestDatabase;
let store: AdmissionStore;
const heard: string[] = [];

beforeAll(async () => {
  db = await createTestDatabase();
  store = createPostgresStore({ database: db.database });
  await new Promise<void>((resolve) => {
    void db.database.listen(
      "ai_config_budget_alerts",
      (payload) => heard.push(payload),
      () => resolve(),
      () => {},
    );
  });
});
afterAll(() => db?.[Symbol.asyncDispose]());

function limits(kind: "user" | "organization", limit: string): ScopeLimits {
  const windows = [{ start: new Date(Date.now() - HOUR), end: new Date(Date.now() + HOUR) }];
  const budget = { period: "daily", limit, enforcement: "block", thresholds: [0.5, 0.9], windows } as const;
  return limitsOf(
    { kind, id: randomUUID() },
    { budgets: [budget, { ...budget, period: "monthly", limit: "50" }] },
  );
}

/** What is announced of an owner: whoever listens learns no id. */
const nameOf = (id: string) => createHash("sha256").update(id).digest("hex").slice(0, 32);

test("calls that share a batch each hear of their own budgets, and of each alert one of them", async () => {
  const [one, other] = [limits("user", "1"), limits("user", "10")];
  const pool = limits("organization", "2");
  const scopesOf = [[one, pool], [other, pool], [one], [other, pool], [one, pool]];
  const open = await Promise.all(
    scopesOf.map(async (scopes) => {
      const request = ask(scopes, { reserve: "0.2" });
      return { request, admission: await admit(store, request) };
    }),
  );
  const [first] = open;
  if (first === undefined) throw new Error("There are five.");
  await settle(store, first.admission, first.request, "0.2");
  expect(heard).toEqual([]);

  // The first of the batch is booked already, and must not keep the next from telling what is due.
  const settled = await Promise.all(
    open.map(({ request, admission }) => settle(store, admission as Admitted, request, "0.5")),
  );
  expect(settled.map(({ isBooked, wasLate }) => ({ isBooked, wasLate }))).toEqual(
    open.map((_, index) => ({ isBooked: index !== 0, wasLate: false })),
  );
  const spent = settled.map(({ budgets }) => budgets.map((budget) => `${budget.period} ${budget.spent}`));
  const [ofOne, ofOther, ofPool] = ["1.2", "1", "1.7"].map((sum) => [`daily ${sum}`, `monthly ${sum}`]);
  expect(spent).toEqual(
    [[ofOne, ofPool], [ofOther, ofPool], [ofOne], [ofOther, ofPool], [ofOne, ofPool]].map((all) =>
      all.flat(),
    ),
  );
  for (const { budgets } of settled) expect(budgets.every(({ reserved }) => reserved === "0")).toBe(true);

  const alerts = settled.map(({ alerts: due }) =>
    due.map(({ scope, period, threshold, spent: sum }) => `${scope.id} ${period} ${threshold} ${sum}`),
  );
  const told = [one, pool].map(({ scope }) => scope.id) as [string, string];
  expect(alerts.flat().toSorted()).toEqual(
    [`${told[0]} daily 0.5 1.2`, `${told[0]} daily 0.9 1.2`, `${told[1]} daily 0.5 1.7`].toSorted(),
  );
  expect(alerts[0]).toEqual([]);
  // One announcement of a transaction stands for all that are the same.
  await expect
    .poll(() => heard.map((payload) => JSON.stringify(JSON.parse(payload))).toSorted())
    .toEqual(
      [
        { t: "organization", h: nameOf(told[1]) },
        { t: "user", h: nameOf(told[0]) },
      ]
        .map((announced) => JSON.stringify(announced))
        .toSorted(),
    );
});

test("a call that crosses nothing announces nothing", async () => {
  heard.length = 0;
  const [user, crossing] = [limits("user", "1"), limits("user", "1")];
  await spend(store, user, "0.1");
  await spend(store, crossing, "0.6");
  await expect
    .poll(() => heard.map((payload) => JSON.parse(payload)))
    .toEqual([{ t: "user", h: nameOf(crossing.scope.id) }]);
});
