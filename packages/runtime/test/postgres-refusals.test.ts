import { randomUUID } from "node:crypto";

import { connect, sqlStateOf } from "@ai-config/db";
import { createTestDatabase, type TestDatabase } from "@ai-config/db/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { AdmissionStore, ScopeLimits, Settlement } from "../src/admission/admission-store.ts";
import { admissionBatch, settlementBatch } from "../src/admission/postgres-batch.ts";
import { createPostgresStore } from "../src/admission/postgres-store.ts";
import type { LedgerEntry } from "../src/ledger/ledger-entry.ts";
import { admit, ask, entryOf, HOUR, limitsOf, settle, spend } from "../testing/admission/admission-kit.ts";

let db: TestDatabase;
let store: AdmissionStore;
beforeAll(async () => {
  db = await createTestDatabase();
  store = createPostgresStore({ database: db.database });
});
afterAll(() => db?.[Symbol.asyncDispose]());

function userWith(limit: string, enforcement: "block" | "warn" = "block"): ScopeLimits {
  const windows = [{ start: new Date(Date.now() - HOUR), end: new Date(Date.now() + HOUR) }];
  const budget = { period: "daily", limit, enforcement, thresholds: [], windows } as const;
  return limitsOf({ kind: "user", id: randomUUID() }, { budgets: [budget] });
}

/** What is counted of a user: each amount as the database writes it. */
async function counted({ scope }: ScopeLimits) {
  await db.owner`select private.fold_tallies(${[`user:${scope.id}`]})`;
  const rows = await db.owner`
    select trim_scale(spent)::text as spent, trim_scale(reserved)::text as reserved
    from private.budget_windows where scope = ${`user:${scope.id}`}`;
  return [...rows];
}

describe("a settlement that the ledger does not take", () => {
  const withEntry = (wrong: Partial<LedgerEntry>) => (given: Settlement) => ({
    ...given,
    entry: { ...given.entry, ...wrong },
  });

  test.each<[string, (given: Settlement) => Settlement]>([
    ["a number beyond an integer", withEntry({ durationMs: 1e12 })],
    ["a character that no text may have", withEntry({ label: "a\0b" })],
    ["a word that is none of the ledger's", withEntry({ keySlot: "tertiary" as "primary" })],
    ["other budgets", (given) => ({ ...given, admission: { ...given.admission, budgets: [] } })],
  ])("fails alone, and the others of its batch are booked: %s", async (_, spoil) => {
    const users = Array.from({ length: 7 }, () => userWith("1"));
    const open = await Promise.all(
      users.map(async (user): Promise<Settlement> => {
        const request = ask(user, { reserve: "0.5" });
        const admission = await admit(store, request);
        return { request, admission, cost: "0.25", entry: entryOf(request, "0.25") };
      }),
    );
    const given = open.map((one, index) => (index === 3 ? spoil(one) : one));
    const settled = await Promise.allSettled(given.map((one) => store.settle(one)));
    for (const [index, user] of users.entries()) {
      const isWrong = index === 3;
      expect(settled[index]).toMatchObject(isWrong ? { status: "rejected" } : { value: { isBooked: true } });
      expect(await counted(user)).toEqual([
        isWrong ? { spent: "0", reserved: "0.5" } : { spent: "0.25", reserved: "0" },
      ]);
    }
    // Put right, it is booked as any other.
    expect(await store.settle(open[3] as Settlement)).toMatchObject({ isBooked: true, wasLate: false });
  });
});

describe("amounts that are none", () => {
  const amounts = ["-0.25", "NaN", "Infinity", "-Infinity", "NULL"];
  const client = () => db.database.db.$client;
  /** What the database answers, or the state it fails with. */
  const outcomeOf = (statement: string, text: string) =>
    client()
      .unsafe(`select ${statement} as answer`, [text])
      .then(
        ([row]) => row?.answer,
        (error) => sqlStateOf(error),
      );

  test.each(amounts)("are not reserved by the database itself: %s", async (amount) => {
    for (const enforcement of ["block", "warn"] as const) {
      const user = userWith("5", enforcement);
      // The first call of a scope is decided by itself, later ones may be as a sum.
      await admit(store, ask(user));
      const { text } = admissionBatch([ask(user, { reserve: "0.77" })]);
      const wrong = text.replaceAll("0.77", amount);
      expect(wrong).not.toBe(text);
      expect(await outcomeOf("private.admit_calls($1)", wrong)).toMatch(/^2[23]|"r":\[\["r",/);
      expect((await counted(user)).filter(({ reserved }) => reserved !== "0")).toEqual([]);
    }
  });

  test.each([...amounts, "", "1e3"])("are no limit: %s", async (limit) => {
    const others = userWith("1");
    const [asked, other] = await Promise.allSettled([
      store.admit(ask(userWith(limit))),
      store.admit(ask(others)),
    ]);
    expect(asked).toMatchObject({ reason: { code: "INPUT_INVALID" } });
    expect(other).toMatchObject({ value: { isAdmitted: true } });
  });

  const limited = limitsOf({ kind: "user", id: randomUUID() });
  const rated = { ...limited, rate: { perMinute: 7, burst: 91 }, concurrency: 92 };

  test.each<[what: string, right: RegExp, wrong: readonly string[]]>([
    ["the limit of a budget", /(?<=[{,])93(?=[},])/g, amounts],
    ["whether it blocks", /(?<=[{][{])1(?=,1,0[}])/g, ["2", "-1", "NaN", "NULL"]],
    ["what a minute may bring at once", /(?<=[{,])91(?=[},])/g, ["-1", "NaN", "Infinity", "NULL"]],
    ["how many run at once", /(?<=[{,])92(?=[},])/g, ["-1", "NaN", "Infinity"]],
    ["how long a lease lasts", /(?<=[{,])94000(?=[},])/g, amounts],
  ])("limit nothing, so the database itself refuses them: %s", async (_, right, wrongs) => {
    const request = () => {
      const { budgets } = userWith("93");
      const user = { ...rated, scope: { kind: "user", id: randomUUID() } as const, budgets };
      return { ...ask(user, { reserve: "0.5" }), leaseMs: 94_000 };
    };
    const { text: good } = admissionBatch([request()]);
    expect(await outcomeOf("private.admit_calls($1)", good)).toMatch(/"r":\[\["a"/);
    for (const wrong of wrongs) {
      const { text } = admissionBatch([request()]);
      const spoiled = text.replace(right, wrong);
      expect([wrong, spoiled === text]).toEqual([wrong, false]);
      expect([wrong, await outcomeOf("private.admit_calls($1)", spoiled)]).toEqual([
        wrong,
        expect.stringMatching(/^2[23]/),
      ]);
      // What comes first in the text is what a call is judged by one by one.
      const alone = text.split("|").slice(0, 12).join("|").replace(right, wrong);
      expect([wrong, await outcomeOf("private.admit_calls($1)", alone)]).toEqual([
        wrong,
        expect.stringMatching(/^2[23]/),
      ]);
    }
  });

  test.each(amounts)("are not booked by the database itself: %s", async (amount) => {
    const user = userWith("5");
    const request = ask(user, { reserve: "0.5" });
    const admission = await admit(store, request);
    const { text } = settlementBatch([{ request, admission, cost: "0.77", entry: entryOf(request, "0.77") }]);
    const wrong = text.replaceAll('"0.77"', amount === "NULL" ? "null" : `"${amount}"`);
    expect(wrong).not.toBe(text);
    expect(await outcomeOf("private.settle_calls($1)", wrong)).toMatch(/^2[23]/);
    expect(await counted(user)).toEqual([{ spent: "0", reserved: "0.5" }]);
  });
});

describe("a limit that is lowered below what is spent", () => {
  test("refuses the next call, whatever it costs, and tells both figures", async () => {
    const user = userWith("5");
    await spend(store, user, "3");
    const lowered = { ...user, budgets: user.budgets.map((budget) => ({ ...budget, limit: "2.5" })) };
    for (const reserve of ["0", "0.0000000000000000000000000001"]) {
      expect(await store.admit(ask(lowered, { reserve }))).toMatchObject({
        isAdmitted: false,
        refusal: { limit: "dailyBudget", allowed: "2.5", used: "3", budget: { spent: "3", reserved: "0" } },
      });
    }
    expect(await store.admit(ask(user, { reserve: "2" }))).toMatchObject({ isAdmitted: true });
  });
});

describe("a database that does not answer", () => {
  test("refuses all who ask, and says nothing of where it is", async () => {
    const password = "open-sesame";
    const database = connect({ url: `postgres://ai_config_app:${password}@127.0.0.1:1/gone` });
    const away = createPostgresStore({ database });
    const user = userWith("1");
    const asked = await Promise.allSettled([
      ...Array.from({ length: 5 }, () => away.admit(ask(user, { reserve: "0.1" }))),
      away.renew([randomUUID()], HOUR),
      away.sweep(),
      away.status([user]),
    ]);
    for (const one of asked) {
      expect(one).toMatchObject({ status: "rejected", reason: { code: "DATABASE_UNAVAILABLE" } });
      expect(one.status === "rejected" && one.reason).not.toHaveProperty("cause");
      expect(JSON.stringify(one) + String(one.status === "rejected" && one.reason)).not.toMatch(password);
    }
    await away.close();
    await database.close();
  });

  test("is no reason to lose a settlement: asked again it is booked, once", async () => {
    const user = userWith("1");
    const request = ask(user, { reserve: "0.5" });
    const admission = await admit(store, request);
    const database = connect({ url: db.appUrl, applicationName: "ai-config cut off" });
    const shaky = createPostgresStore({ database });
    await shaky.sweep();
    await db.owner.begin(async (tx) => {
      // Nobody settles while this holds what waits for the ledger.
      await tx`lock table private.pending_calls in exclusive mode`;
      const lost = settle(shaky, admission, request, "0.25");
      lost.catch(() => {});
      await expect
        .poll(
          () => db.owner`select pg_terminate_backend(pid) from pg_stat_activity
            where application_name = 'ai-config cut off' and wait_event_type = 'Lock'`,
        )
        .toHaveLength(1);
      await expect(lost).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    });
    expect(await counted(user)).toEqual([{ spent: "0", reserved: "0.5" }]);
    expect(await settle(shaky, admission, request, "0.25")).toMatchObject({ isBooked: true });
    expect(await settle(shaky, admission, request, "0.25")).toMatchObject({ isBooked: false });
    expect(await counted(user)).toEqual([{ spent: "0.25", reserved: "0" }]);
    await database.close();
  });

  test("that has no time for a call refuses it with the same code", async () => {
    const user = userWith("1");
    const request = ask(user, { reserve: "0.1" });
    await db.owner.begin(async (tx) => {
      await tx`lock table private.admission_leases in exclusive mode`;
      await expect(store.admit(request)).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    });
    expect(await store.admit(request)).toMatchObject({ isAdmitted: true });
  });
});
