import { randomUUID } from "node:crypto";

import { AIConfigError, sumUsd } from "@ai-config/config-core";
import { createTestDatabase, type TestDatabase } from "@ai-config/db/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type {
  AdmissionRequest,
  AdmissionStore,
  Admitted,
  ScopeLimits,
} from "../src/admission/admission-store.ts";
import { createRedisStore, type RedisStoreOptions } from "../src/admission/redis/redis-store.ts";
import type { SendCommand } from "../src/admission/redis/run-script.ts";
import { createPostgresLedger, type PostgresLedger } from "../src/ledger/postgres-ledger.ts";
import { admit, ask, HOUR, limitsOf, settle, spend } from "../testing/admission/admission-kit.ts";
import { budgetFrom, describeLateWindows } from "../testing/admission/describe-late-windows.ts";
import { startRedis, type TestRedis } from "../testing/redis/start-redis.ts";
import { memoryLedger } from "./support/ledger-of.ts";

let redis: TestRedis;
let db: TestDatabase;
let send: SendCommand;
let ledger: PostgresLedger;
let store: AdmissionStore;
beforeAll(async () => {
  [redis, db] = await Promise.all([startRedis(), createTestDatabase()]);
  send = await redis.connect();
  ledger = createPostgresLedger({ database: db.database });
  store = createRedisStore({ send, ledger });
});
afterAll(async () => {
  await store?.close();
  await ledger?.close();
  await redis?.stop();
  await db?.[Symbol.asyncDispose]();
});

const limited = (): ScopeLimits =>
  limitsOf({ kind: "user", id: randomUUID() }, { budgets: [budgetFrom(Date.now() - HOUR)] });
const open = (given: Partial<RedisStoreOptions> = {}) =>
  createRedisStore({ send, prefix: `{test-${randomUUID()}}`, ledger: memoryLedger(), ...given });

describeLateWindows("the store on Redis with the ledger in Postgres", () => store);

describe("windows that Redis does not count yet", () => {
  test("begin with what the ledger holds when the server lost everything", async () => {
    const user = limited();
    const spent = "0.4000000000000000000000000001";
    await spend(store, user, spent);
    // Until it is in the ledger.
    await store.close();
    await send(["FLUSHALL"]);
    expect(await store.status([user])).toMatchObject([{ spent, reserved: "0" }]);
    const admission = await admit(store, ask(user, { reserve: "0.5" }));
    expect(admission.budgets).toMatchObject([{ spent, reserved: "0.5" }]);
  });

  test("count a call once whose window was forgotten while it ran", async () => {
    const user = limited();
    const requests = [ask(user), ask(user), ask(user)];
    const admissions = await Promise.all(requests.map((request) => admit(store, request)));
    await send(["FLUSHALL"]);
    const settled = await Promise.all(
      admissions.map((admission, index) => settle(store, admission, requests[index] ?? ask(user), "0.1")),
    );
    // What was known when they were admitted: the figures come from the ledger at the next admission.
    expect(settled).toMatchObject(
      settled.map(() => ({ isBooked: true, wasLate: true, budgets: [{ spent: "0" }] })),
    );
    const { budgets } = await admit(store, ask(user, { reserve: "0.2" }));
    expect(budgets).toMatchObject([{ spent: "0.3", reserved: "0.2" }]);
    expect(await store.status([user])).toMatchObject([{ spent: "0.3", reserved: "0.2" }]);
  });

  test("begin anew where a former version counted them, and tell no alert again", async () => {
    const prefix = `{test-${randomUUID()}}`;
    const [budget] = limited().budgets;
    if (budget === undefined) throw new Error("It has one.");
    const user = { ...limited(), budgets: [{ ...budget, thresholds: [0.5] }] };
    const counting = open({ prefix });
    expect((await spend(counting, user, "0.6")).alerts).toHaveLength(1);
    await send(["HDEL", `${prefix}:scope:user:${user.scope.id}`, "windows"]);
    const admission = await admit(counting, ask(user, { reserve: "0.1" }));
    expect(admission.alerts).toEqual([]);
    expect(admission.budgets).toMatchObject([{ spent: "0.6", reserved: "0.1" }]);
    await counting.close();
  });

  test("open while tokens are counted, more often than the ledger answers", async () => {
    const user = limited();
    const settled = memoryLedger();
    const counted = { ...user, budgets: [], whole: user };
    const busy: RedisStoreOptions["ledger"] = {
      ...settled,
      async spentIn(windows) {
        const request = ask(counted);
        await settle(counting, await admit(counting, request), request, "0");
        return settled.spentIn(windows);
      },
    };
    const counting = open({ ledger: busy });
    const admission = await admit(counting, ask(user, { reserve: "0.1" }));
    expect(admission.budgets).toMatchObject([{ spent: "0", reserved: "0.1" }]);
    await counting.close();
  });

  test("count a call that is settled while the ledger is asked, once", async () => {
    const prefix = `{test-${randomUUID()}}`;
    const user = limited();
    const other = open({ prefix, ledger });
    const running = await Promise.all(
      Array.from({ length: 3 }, async () => {
        const request = ask(user);
        return { request, admission: await admit(other, request) };
      }),
    );
    const settleOne = async () => {
      const call = running.pop();
      if (call !== undefined) await settle(other, call.admission, call.request, "0.1");
    };
    const store = open({
      prefix,
      ledger: {
        ...ledger,
        // Before the sum and after it, and again when the sum is asked for again.
        async spentIn(windows) {
          await settleOne();
          const spent = await ledger.spentIn(windows);
          await settleOne();
          return spent;
        },
      },
    });
    await send(["DEL", ...(await keys(`${prefix}:*`))]);
    const { budgets } = await admit(store, ask(user, { reserve: "0.2" }));
    expect(running).toEqual([]);
    expect(budgets).toMatchObject([{ spent: "0.3", reserved: "0.2" }]);
    await Promise.all([store.close(), other.close()]);
    expect(await ledger.spentIn(budgets)).toEqual(["0.3"]);
    expect(await store.status([user])).toMatchObject([{ spent: "0.3", reserved: "0.2" }]);
  });

  test.each<[string, (account: ScopeLimits["scope"]) => ScopeLimits]>([
    ["no budget", (account) => limitsOf(account)],
    ["another day", (account) => limitsOf(account, { budgets: [budgetFrom(Date.now() - 2 * HOUR)] })],
  ])("count a call that is settled under %s while the ledger is asked", async (_, former) => {
    const prefix = `{test-${randomUUID()}}`;
    const user = limited();
    const other = open({ prefix, ledger });
    const request = ask(former(user.scope), { reserve: "0.5" });
    let running: Admitted | undefined = await admit(other, request);
    const store = open({
      prefix,
      ledger: {
        ...ledger,
        async spentIn(windows) {
          const spent = await ledger.spentIn(windows);
          const admission = running;
          running = undefined;
          if (admission !== undefined) await settle(other, admission, request, "0.3");
          return spent;
        },
      },
    });
    const { budgets } = await admit(store, ask(user, { reserve: "0.2" }));
    expect(budgets).toMatchObject([{ spent: "0.3", reserved: "0.2" }]);
    await Promise.all([store.close(), other.close()]);
    expect(await ledger.spentIn(budgets)).toEqual(["0.3"]);
  });

  test("that were counted before their scope listed them are counted beside others from the next call on", async () => {
    const prefix = `{test-${randomUUID()}}`;
    const user = limited();
    const store = open({ prefix });
    await spend(store, user, "0.1");
    await send(["HDEL", `${prefix}:scope:user:${user.scope.id}`, "windows"]);
    await spend(store, user, "0.1");
    await spend(store, limitsOf(user.scope), "0.5");
    expect(await store.status([user])).toMatchObject([{ spent: "0.7", reserved: "0" }]);
    await store.close();
  });

  test("begin with what waits for the ledger, too", async () => {
    let isAway = true;
    const failures: unknown[] = [];
    const own = memoryLedger();
    const user = limited();
    const store = open({
      onWriteError: (error) => failures.push(error),
      ledger: {
        ...own,
        write: async (entry) => {
          if (isAway) throw new AIConfigError("DATABASE_UNAVAILABLE");
          await own.write(entry);
        },
      },
    });
    await spend(store, limitsOf(user.scope), "0.7");
    await store.close();
    expect(failures).toHaveLength(1);

    const refusal = { code: "DATABASE_UNAVAILABLE" };
    await expect(store.admit(ask(user))).rejects.toMatchObject(refusal);
    await expect(store.status([user])).rejects.toMatchObject(refusal);
    isAway = false;
    expect(await store.admit(ask(user, { reserve: "0.31" }))).toMatchObject({ refusal: { used: "0.7" } });
    expect(own.entries.size).toBe(1);
  });

  test("do not wait for an entry that its ledger refuses, nor for those of others", async () => {
    const failures: unknown[] = [];
    const asked: string[] = [];
    const own = memoryLedger();
    const store = open({
      onWriteError: (error) => failures.push(error),
      ledger: {
        ...own,
        write: async ({ userId }) => {
          asked.push(userId);
          throw new RangeError("Out of range.");
        },
      },
    });
    const [user, other] = [limited(), limited()];
    await Promise.all([user, other].map(({ scope }) => spend(store, limitsOf(scope), "0.1")));
    await store.close();
    asked.length = 0;
    expect(await store.admit(ask(user))).toMatchObject({ isAdmitted: true });
    expect(asked).toEqual([user.scope.id]);
    expect(failures).toHaveLength(3);
  });

  test("are asked for together, each once, and not again when they are counted", async () => {
    const questions: number[] = [];
    const own = memoryLedger();
    const store = open({
      ledger: {
        ...own,
        spentIn: (windows) => {
          questions.push(windows.length);
          return own.spentIn(windows);
        },
      },
    });
    const pool = limitsOf(
      { kind: "organization", id: randomUUID() },
      { budgets: [budgetFrom(Date.now() - HOUR, { limit: "0" })] },
    );
    const users = Array.from({ length: 200 }, limited);
    const admissions = await Promise.all(
      users.map((user) => store.admit(ask([user, pool], { reserve: "0.1" }))),
    );
    for (const admission of admissions)
      expect(admission).toMatchObject({ refusal: { limit: "dailyBudget", scope: pool.scope } });
    expect(questions.length).toBeLessThan(20);
    expect(questions.reduce((sum, count) => sum + count, 0)).toBeLessThan(users.length + 20);
    questions.length = 0;
    // A refused call made them, too.
    await store.admit(ask([users[0] ?? pool, pool], { reserve: "0.1" }));
    expect(questions).toEqual([]);
  });

  test("are not made by looking at them", async () => {
    const store = open();
    const user = limited();
    expect(await store.status([user])).toMatchObject([{ spent: "0" }]);
    await spend(store, limitsOf(user.scope), "0.6");
    expect(await store.status([user])).toMatchObject([{ spent: "0.6" }]);
  });

  test("equal the ledger whatever the server forgets", async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ act: fc.constant("admit" as const), whileSettled: fc.boolean() }) },
      {
        weight: 4,
        arbitrary: fc.record({
          act: fc.constant("settle" as const),
          pick: fc.nat(1000),
          cost: fc.constantFrom(
            "0",
            "0.1",
            "0.0000000000000000000000000001",
            "0.3333333333333333333333333333",
          ),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          act: fc.constant("forget" as const),
          key: fc.constantFrom("scope", "slots", "lease"),
        }),
      },
      { weight: 1, arbitrary: fc.constant({ act: "sweep" } as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40, size: "max" }), async (steps) => {
        const prefix = `{test-${randomUUID()}}`;
        const own = memoryLedger();
        const user = limited();
        const running: { request: AdmissionRequest; admission: Admitted }[] = [];
        let meanwhile: (() => Promise<void>) | undefined;
        const store = open({
          prefix,
          ledger: {
            ...own,
            async spentIn(windows) {
              const spent = await own.spentIn(windows);
              const work = meanwhile;
              meanwhile = undefined;
              await work?.();
              return spent;
            },
          },
        });
        for (const one of steps) {
          if (one.act === "sweep") await store.sweep();
          if (one.act === "forget") {
            const forgotten = await keys(`${prefix}:${one.key}:*`);
            if (forgotten.length > 0) await send(["DEL", ...forgotten]);
          }
          if (one.act === "admit") {
            if (one.whileSettled)
              meanwhile = async () => {
                const call = running.shift();
                if (call !== undefined) await settle(store, call.admission, call.request, "0.1");
              };
            const request = ask(user, { reserve: "0.01" });
            const admission = await store.admit(request);
            meanwhile = undefined;
            if (admission.isAdmitted) running.push({ request, admission });
          }
          const [call] =
            one.act === "settle" ? running.splice(one.pick % Math.max(1, running.length), 1) : [];
          if (one.act === "settle" && call !== undefined)
            await settle(store, call.admission, call.request, one.cost);
          const [state] = await store.status([user]);
          await store.close();
          expect(state?.spent).toBe(sumUsd([...own.entries.values()].map(({ cost }) => cost)));
          expect(Number(state?.reserved)).toBeGreaterThanOrEqual(0);
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe("a settlement whose answer was lost", () => {
  test.each<[string, (prefix: string) => Promise<unknown>]>([
    ["its id was forgotten", async (prefix) => send(["DEL", ...(await keys(`${prefix}:settled:*`))])],
    ["the server lost everything", async (prefix) => send(["DEL", ...(await keys(`${prefix}:*`))])],
  ])("is not booked again after %s", async (_, forget) => {
    const user = limited();
    const prefix = `{test-${randomUUID()}}`;
    const store = open({ prefix, ledger });
    const request = ask(user);
    const admission = await admit(store, request);
    await settle(store, admission, request, "0.3");
    await store.close();
    await forget(prefix);
    await admit(store, ask(user, { reserve: "0.1" }));
    expect(await settle(store, admission, request, "0.3")).toMatchObject({
      isBooked: false,
      budgets: [{ spent: "0.3" }],
    });
    const states = await store.status([user]);
    expect(states).toMatchObject([{ spent: "0.3" }]);
    expect(await ledger.spentIn(states)).toEqual(["0.3"]);
  });

  test("is not booked again while its entry waits for the ledger, nor before the ledger can be asked", async () => {
    const user = limited();
    const prefix = `{test-${randomUUID()}}`;
    let isAway = true;
    const fail = async () => {
      throw new AIConfigError("DATABASE_UNAVAILABLE");
    };
    const own = memoryLedger();
    const store = open({
      prefix,
      ledger: {
        ...own,
        write: (entry) => (isAway ? fail() : own.write(entry)),
        has: (id) => (isAway ? fail() : own.has(id)),
      },
    });
    const [first, second] = [ask(user), ask(user)];
    const [waiting, lost] = [await admit(store, first), await admit(store, second)];
    await settle(store, waiting, first, "0.3");
    await store.close();
    await send(["DEL", ...(await keys(`${prefix}:settled:*`)), `${prefix}:lease:${second.id}`]);
    expect(await settle(store, waiting, first, "0.3")).toMatchObject({ isBooked: false });
    await expect(settle(store, lost, second, "0.2")).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    isAway = false;
    expect(await settle(store, lost, second, "0.2")).toMatchObject({ isBooked: true, wasLate: true });
    expect(await settle(store, lost, second, "0.2")).toMatchObject({ isBooked: false });
    expect(await store.status([user])).toMatchObject([{ spent: "0.5" }]);
  });
});

async function keys(pattern: string): Promise<string[]> {
  return (await send(["KEYS", pattern])) as string[];
}
