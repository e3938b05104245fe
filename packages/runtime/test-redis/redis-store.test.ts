import { randomUUID } from "node:crypto";

import { budgetWindow, sumUsd, toUsd } from "@ai-config/config-core";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { createRedisStore, type RedisStoreOptions } from "../src/admission/redis/redis-store.ts";
import type { SendCommand } from "../src/admission/redis/run-script.ts";
import type { LedgerEntry } from "../src/ledger/ledger-entry.ts";
import { admit, ask, CLOCK_AHEAD_MS, limitsOf, settle, spend } from "../testing/admission/admission-kit.ts";
import { describeAdmissionStore, type StoreUnderTest } from "../testing/admission-conformance.ts";
import { startRedis, type TestRedis } from "../testing/redis/start-redis.ts";
import { ledgerOf, memoryLedger } from "./support/ledger-of.ts";

let redis: TestRedis;
let first: SendCommand;
let second: SendCommand;

beforeAll(async () => {
  redis = await startRedis();
  first = await redis.connect();
  second = await redis.connect();
});

afterAll(() => redis.stop());

function open(now?: () => number) {
  const ledger = memoryLedger();
  const given = {
    prefix: `{test-${randomUUID()}}`,
    ledger,
    onWriteError: (error: unknown) => {
      throw error;
    },
    ...(now && { now }),
  } satisfies Omit<RedisStoreOptions, "send">;
  const store = createRedisStore({ ...given, send: first });
  const twin = createRedisStore({ ...given, send: second });
  return {
    store,
    twin,
    hasLedger: true,
    ledger: async () => {
      await Promise.all([store.close(), twin.close()]);
      return [...ledger.entries.values()];
    },
    close: () => Promise.all([store.close(), twin.close()]).then(() => {}),
  };
}

describeAdmissionStore(
  "the store on Redis, told the time",
  async (): Promise<StoreUnderTest> => {
    let now = Date.now() + CLOCK_AHEAD_MS;
    return {
      ...open(() => now),
      now: async () => now,
      advance: async (ms) => {
        now += ms;
      },
    };
  },
  { clock: "movable", runs: 100 },
);

describeAdmissionStore(
  "the store on Redis",
  async (): Promise<StoreUnderTest> => ({
    ...open(),
    now: async () => {
      const [seconds, micros] = (await first(["TIME"])) as [string, string];
      return Number(seconds) * 1000 + Number(micros) / 1000;
    },
    advance: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  }),
  { clock: "real" },
);

describe("the store on Redis", () => {
  /** A store that notes what it sends. */
  function openNoting(given: Partial<RedisStoreOptions> = {}) {
    const sent: string[] = [];
    const prefix = `{test-${randomUUID()}}`;
    const send: SendCommand = (command) => {
      sent.push(command[0] ?? "");
      return first(command);
    };
    const store = createRedisStore({ send, prefix, ledger: ledgerOf({}), ...given });
    return { store, sent, prefix };
  }

  const limited = () =>
    limitsOf(
      { kind: "user", id: randomUUID() },
      {
        rate: { perMinute: 60, burst: 10 },
        concurrency: 5,
        budgets: [
          {
            period: "daily",
            limit: "1000000",
            enforcement: "block",
            thresholds: [0.5],
            windows: [budgetWindow("daily", new Date(), "UTC")],
          },
        ],
      },
    );

  test("asks the server once for an admission and once for a settlement", async () => {
    const { store, sent } = openNoting();
    const user = limited();
    await spend(store, user, "0.1");
    sent.length = 0;
    const request = ask(user, { reserve: "0.1" });
    const admission = await admit(store, request);
    expect(sent).toEqual(["EVALSHA"]);
    await settle(store, admission, request, "0.1");
    await store.close();
    // The entry that is written leaves the outbox, and nobody waits for that.
    expect(sent).toEqual(["EVALSHA", "EVALSHA", "HDEL"]);
  });

  test("teaches its scripts to a server that forgot them", async () => {
    const { store, sent } = openNoting();
    const user = limited();
    await spend(store, user, "0.1");
    await first(["SCRIPT", "FLUSH"]);
    sent.length = 0;
    await admit(store, ask(user));
    expect(sent).toEqual(["EVALSHA", "EVAL"]);
    await admit(store, ask(user));
    expect(sent).toEqual(["EVALSHA", "EVAL", "EVALSHA"]);
  });

  test("adds and subtracts any amounts to the last of 28 decimal places", async () => {
    const { store } = openNoting();
    const amount = fc
      .tuple(
        fc.constantFrom(0n, 1n, 999_999n, 123_456_789n),
        fc.constantFrom(0n, 1n, 99_999_999_999_999n, 50_000_000_000_000n, 10_000_000_000_000n),
        fc.oneof(fc.constantFrom(0n, 1n, 99_999_999_999_999n), fc.bigInt(0n, 99_999_999_999_999n)),
      )
      .map(([dollars, high, low]) => toUsd((dollars * 10n ** 14n + high) * 10n ** 14n + low));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(amount, amount), { maxLength: 12 }), async (calls) => {
        const user = { ...limited(), rate: undefined, concurrency: undefined };
        const [daily] = user.budgets;
        const open = {
          ...user,
          budgets: daily === undefined ? [] : [{ ...daily, enforcement: "warn" as const }],
        };
        const reserved: string[] = [];
        const spent: string[] = [];
        for (const [index, [reserve, cost]] of calls.entries()) {
          const request = ask(open, { reserve });
          const admission = await admit(store, request);
          if (index % 3 === 0) reserved.push(reserve);
          else {
            await settle(store, admission, request, cost);
            spent.push(cost);
          }
        }
        expect(await store.status([open])).toMatchObject([
          { spent: sumUsd(spent), reserved: sumUsd(reserved) },
        ]);
      }),
      { numRuns: 100 },
    );
  });

  test("refuses amounts beyond those it can add up exactly", async () => {
    const { store } = openNoting();
    const request = ask(limited(), { reserve: "1000000000.01" });
    await expect(store.admit(request)).rejects.toMatchObject({ code: "INPUT_INVALID" });
  });

  test("keeps an entry that could not be written, and writes it later, whoever sweeps", async () => {
    let now = Date.now();
    const failures: unknown[] = [];
    const written: LedgerEntry[] = [];
    const { store, prefix } = openNoting({
      now: () => now,
      ledger: ledgerOf({
        write: async () => {
          throw new Error("The ledger is away.");
        },
      }),
      onWriteError: (error) => failures.push(error),
    });
    const user = limited();
    expect(await spend(store, user, "0.25")).toMatchObject({ isBooked: true });
    await store.close();
    expect(failures).toHaveLength(1);

    const other = createRedisStore({
      send: second,
      prefix,
      now: () => now,
      ledger: ledgerOf({ write: async (entry) => void written.push(entry) }),
    });
    await other.sweep();
    // Its own process may be writing it at this moment.
    expect(written).toEqual([]);
    now += 60_000;
    await other.sweep();
    expect(written).toMatchObject([{ userId: user.scope.id, cost: "0.25", startedAt: expect.any(Date) }]);
    await other.sweep();
    expect(written).toHaveLength(1);
  });

  test("leaves nothing in the server that does not go away by itself", async () => {
    const { store, prefix } = openNoting();
    for (let call = 0; call < 5; call += 1) await spend(store, limited(), "0.1");
    await store.close();
    const keys = (await first(["KEYS", `${prefix}*`])) as string[];
    const kinds = keys.map((key) => key.slice(prefix.length + 1).split(":")[0]);
    expect([...new Set(kinds)].toSorted()).toEqual(["scope", "settled"]);
    for (const key of keys) expect(Number(await first(["PTTL", key]))).toBeGreaterThan(0);
  });

  test.each(["a sweep", "the next call"])(
    "leaves nothing of calls that ended without a word: %s frees it",
    async (by) => {
      let now = Date.now();
      const { store, prefix } = openNoting({ now: () => now });
      const scopes = (["user", "organization"] as const).map((kind) => limitsOf({ kind, id: randomUUID() }));
      await admit(store, ask(scopes, { leaseMs: 1_000 }));
      now += 1_000;
      if (by === "a sweep") expect(await store.sweep()).toBe(1);
      else await spend(store, scopes, "0");
      await store.close();
      const keys = (await first(["KEYS", `${prefix}*`])) as string[];
      expect(keys.filter((key) => !key.startsWith(`${prefix}:settled:`))).toEqual([]);
    },
  );

  describe("on a server that forgot some of its keys, as under another policy of eviction", () => {
    test("holds no budget for less than is spent", async () => {
      let now = Date.now();
      const { store, prefix } = openNoting({ now: () => now, ledger: memoryLedger() });
      const user = limited();
      const figures = async () => {
        const [daily] = await store.status([user]);
        return [daily?.spent, daily?.reserved];
      };
      const [settled, late] = [ask(user, { reserve: "0.5" }), ask(user, { reserve: "0.5", leaseMs: 1_000 })];
      const admission = await admit(store, settled);
      await admit(store, late);
      await first(["DEL", `${prefix}:scope:user:${user.scope.id}`]);
      await settle(store, admission, settled, "0.25");
      // What still runs is told from its lease.
      expect(await figures()).toEqual(["0.25", "0.5"]);
      now += 1_000;
      expect(await store.sweep()).toBe(1);
      expect(await figures()).toEqual(["0.25", "0"]);
      await admit(store, ask(user, { reserve: "0.5", leaseMs: 1_000 }));
      await first(["DEL", `${prefix}:scope:user:${user.scope.id}`]);
      now += 1_000;
      expect(await store.sweep()).toBe(1);
      expect(await figures()).toEqual(["0.25", "0"]);
    });

    test("gives slots back whose calls it does not know any more", async () => {
      let now = Date.now();
      const { store, prefix } = openNoting({ now: () => now });
      const user = limitsOf({ kind: "user", id: randomUUID() }, { concurrency: 1 });
      const request = ask(user, { leaseMs: 1_000 });
      await admit(store, request);
      await first(["DEL", `${prefix}:lease:${request.id}`]);
      now += 1_000;
      await admit(store, ask(user));
      expect(await store.sweep()).toBe(0);
    });
  });

  test("throws where the server cannot be reached: admission fails closed", async () => {
    const { store } = openNoting({ send: () => Promise.reject(new Error("Connection is closed.")) });
    const refusal = {
      code: "DATABASE_UNAVAILABLE",
      message: expect.stringMatching(/Redis.*cannot be reached/),
    };
    await expect(store.admit(ask(limited()))).rejects.toMatchObject(refusal);
  });

  test("tells with what word a server refuses, and nothing of what was sent", async () => {
    const { store } = openNoting({
      send: ([name]) =>
        Promise.reject(new Error(name === "EVALSHA" ? "NOSCRIPT No matching script." : "OOM x")),
    });
    const refusal = {
      code: "DATABASE_UNAVAILABLE",
      message: expect.stringMatching(/Redis.*answers OOM\. Try/),
    };
    await expect(store.admit(ask(limited()))).rejects.toMatchObject(refusal);
  });
});
