import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";

import { budgetWindow } from "@ai-config/config-core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { admit, ask, limitsOf, settle } from "../../testing/admission/admission-kit.ts";
import { manualTimers } from "../../testing/manual-timers.ts";
import type { Admission, AdmissionRequest, AdmissionStore, ScopeLimits } from "./admission-store.ts";
import { admitWithin, createFairQueue, type FairQueueOptions } from "./fair-queue.ts";
import { createMemoryStore } from "./memory-store.ts";

const NOON = Date.UTC(2026, 10, 23, 12);
const SECOND = 1000;
const MINUTE = 60 * SECOND;

function start(options: FairQueueOptions = {}) {
  const timers = manualTimers(NOON);
  const store = createMemoryStore({ now: timers.now });
  const queue = createFairQueue({ timers, ...options });
  const order: string[] = [];

  /** A call that is noted when it is admitted, refused or given up. */
  function enter(name: string, scopes: ScopeLimits | ScopeLimits[], given: Given = {}) {
    const { patienceMs = MINUTE, signal, through = store, limitsNow, ...rest } = given;
    const request = ask(scopes, { leaseMs: 10 * MINUTE, ...rest });
    const renew = limitsNow && (async () => ({ ...request, scopes: [await limitsNow()] }));
    const deadline = timers.now() + patienceMs;
    const answer = admitWithin(through, request, { deadline, signal, queue, renew });
    answer.then(
      ({ isAdmitted }) => order.push(isAdmitted ? name : `${name} refused`),
      () => order.push(`${name} failed`),
    );
    return { request, answer };
  }

  /** As a governed call ends: settled, then the next one is woken. */
  async function finish(
    { request, answer }: { request: AdmissionRequest; answer: Promise<Admission> },
    cost = "0",
  ) {
    const admission = await answer;
    if (!admission.isAdmitted) throw new Error("The call was refused.");
    await settle(store, admission, request, cost);
    if (queue.waiting > 0) queue.wake(request.scopes);
    await setImmediate();
  }

  return { timers, store, queue, order, enter, finish };
}

interface Given extends Partial<Omit<AdmissionRequest, "scopes">> {
  patienceMs?: number;
  signal?: AbortSignal;
  through?: AdmissionStore;
  /** In the place of its scopes from its second try on. */
  limitsNow?: () => ScopeLimits | Promise<ScopeLimits>;
}

const user = (given: Partial<Omit<ScopeLimits, "scope">>) =>
  limitsOf({ kind: "user", id: randomUUID() }, given);
const pool = (given: Partial<Omit<ScopeLimits, "scope">>) =>
  limitsOf({ kind: "organization", id: randomUUID() }, given);
const budget = (limit: string) =>
  ({
    period: "daily",
    limit,
    enforcement: "block",
    thresholds: [],
    windows: [budgetWindow("daily", new Date(NOON), "UTC")],
  }) as const;

describe("a call that waits", () => {
  test("is admitted at once where there is room", async () => {
    const { enter, queue, timers } = start();
    expect(await enter("a", user({ concurrency: 1 })).answer).toMatchObject({ isAdmitted: true });
    expect([queue.waiting, timers.pending]).toEqual([0, 0]);
  });

  test("follows the calls of the same person in the order they came", async () => {
    const { enter, finish, order, queue } = start();
    const one = user({ concurrency: 1 });
    const calls = ["a", "b", "c", "d"].map((name) => enter(name, one));
    await setImmediate();
    for (const call of calls) await finish(call);
    expect(order).toEqual(["a", "b", "c", "d"]);
    expect(queue.waiting).toBe(0);
  });

  test("does not let somebody who comes later pass", async () => {
    const { enter, order, store, timers } = start();
    const one = user({ concurrency: 1 });
    const first = enter("a", one);
    await first.answer;
    enter("b", one);
    await setImmediate();
    const admission = await first.answer;
    if (admission.isAdmitted) await settle(store, admission, first.request, "0");
    // The slot is free, and nobody was told yet.
    enter("c", one);
    await timers.advance(SECOND);
    expect(order).toEqual(["a", "b"]);
  });

  test("takes turns with other people of the organization", async () => {
    const { enter, finish, order } = start();
    const shared = pool({ concurrency: 1 });
    const [busy, calm, late] = [user({}), user({}), user({})];
    const running = enter("first", [user({}), shared]);
    await running.answer;
    const calls = new Map<string, ReturnType<typeof enter>>();
    for (const name of ["busy 1", "busy 2", "busy 3"]) calls.set(name, enter(name, [busy, shared]));
    await setImmediate();
    for (const name of ["calm 1", "calm 2"]) calls.set(name, enter(name, [calm, shared]));
    calls.set("late 1", enter("late 1", [late, shared]));
    await setImmediate();

    await finish(running);
    for (let step = 1; step < 6; step += 1) {
      const call = calls.get(order[step] ?? "");
      if (call !== undefined) await finish(call);
    }
    expect(order).toEqual(["first", "busy 1", "calm 1", "late 1", "busy 2", "calm 2", "busy 3"]);
  });

  test("does not wait for a limit of somebody else", async () => {
    const { enter, order, timers } = start();
    const shared = pool({ concurrency: 10 });
    const one = user({ concurrency: 1 });
    enter("a", [one, shared]);
    await setImmediate();
    enter("b", [one, shared]);
    await setImmediate();
    enter("other", [user({ concurrency: 1 }), shared]);
    await timers.advance(0);
    expect(order).toEqual(["a", "other"]);
  });

  test("goes on to wait for the next limit that stands against it", async () => {
    const { enter, finish, order, timers, queue } = start();
    const shared = pool({ concurrency: 1 });
    const running = enter("first", [user({}), shared]);
    await running.answer;
    const one = user({ rate: { perMinute: 2, burst: 0 } });
    const second = enter("a", [one, shared]);
    const last = enter("b", [one, shared]);
    await setImmediate();
    const third = enter("c", [user({}), shared]);
    await setImmediate();
    await finish(running);
    await timers.advance(31 * SECOND);
    // Its own bucket has a call for "b" now, but "c" came to the organization's slot before.
    expect(order).toEqual(["first", "a"]);
    await finish(second);
    await finish(third);
    await finish(last);
    expect(order).toEqual(["first", "a", "c", "b"]);
    expect(queue.waiting).toBe(0);
  });

  test("comes at the moment the bucket has a call for it", async () => {
    const { enter, order, timers } = start();
    const one = user({ rate: { perMinute: 4, burst: 0 } });
    for (const name of ["a", "b", "c"]) enter(name, one);
    await timers.advance(15 * SECOND - 1);
    expect(order).toEqual(["a"]);
    await timers.advance(1);
    expect(order).toEqual(["a", "b"]);
    await timers.advance(15 * SECOND);
    expect(order).toEqual(["a", "b", "c"]);
    expect(timers.pending).toBe(0);
  });

  test("is found by a slot that another process freed", async () => {
    const { enter, order, store, timers } = start({ pollMs: 500 });
    const one = user({ concurrency: 1 });
    const elsewhere = ask(one);
    const admission = await admit(store, elsewhere);
    enter("a", one);
    await timers.advance(5 * SECOND);
    await settle(store, admission, elsewhere, "0");
    expect(order).toEqual([]);
    await timers.advance(500);
    expect(order).toEqual(["a"]);
  });

  test("is found by a slot whose caller is gone, when its lease ends", async () => {
    const { enter, order, store, timers } = start({ pollMs: MINUTE });
    const one = user({ concurrency: 1 });
    await admit(store, ask(one, { leaseMs: 5 * SECOND }));
    enter("a", one);
    await timers.advance(5 * SECOND);
    expect(order).toEqual(["a"]);
  });

  test("waits for reservations that shrink, and lets cheaper calls of others pass meanwhile", async () => {
    const { enter, finish, order } = start();
    const shared = pool({ budgets: [budget("1")] });
    const running = enter("first", [user({}), shared], { reserve: "0.9" });
    await running.answer;
    enter("dear", [user({}), shared], { reserve: "0.5" });
    await setImmediate();
    enter("cheap", [user({}), shared], { reserve: "0.1" });
    await setImmediate();
    expect(order).toEqual(["first", "cheap"]);
    await finish(running, "0.2");
    expect(order).toEqual(["first", "cheap", "dear"]);
  });

  test("is not asked for where a cheaper one was refused at the same moment", async () => {
    const { enter, finish, order, store, timers } = start();
    const shared = pool({ budgets: [budget("1")] });
    const running = enter("first", [user({}), shared], { reserve: "0.9" });
    await running.answer;
    let asked = 0;
    const through: AdmissionStore = {
      ...store,
      admit(request) {
        asked += 1;
        return store.admit(request);
      },
    };
    for (const reserve of ["0.2", "0.3", "0.2", "0.15"]) {
      enter(reserve, [user({}), shared], { reserve, through, patienceMs: 10 * MINUTE });
    }
    await setImmediate();
    asked = 0;
    await timers.advance(SECOND);
    expect(asked).toBe(2);
    await finish(running, "0.1");
    expect(order).toEqual(["first", "0.2", "0.3", "0.2", "0.15"]);
  });

  test("is not lost where a slot is freed while the store refuses it", async () => {
    const { enter, finish, order, store } = start();
    const one = user({ concurrency: 1 });
    const running = enter("first", one);
    await running.answer;
    const { answer } = enter("a", one, { through: thenOnce(store, () => finish(running)) });
    expect(await answer).toMatchObject({ isAdmitted: true });
    expect(order).toEqual(["first", "a"]);
  });

  test("is not lost where a slot is freed while the store refuses it again", async () => {
    const { enter, finish, order, store, timers } = start({ pollMs: 500 });
    const one = user({ concurrency: 1 });
    const running = enter("first", one);
    await running.answer;
    const through = { ...store };
    const { answer } = enter("a", one, { through });
    await setImmediate();
    through.admit = thenOnce(store, () => finish(running)).admit;
    await timers.advance(500);
    expect(await answer).toMatchObject({ isAdmitted: true });
    expect(order).toEqual(["first", "a"]);
  });

  test("does not let people of the same organization pass who come later", async () => {
    const { enter, order, store, timers } = start();
    const shared = pool({ concurrency: 1 });
    const elsewhere = ask([user({}), shared]);
    const admission = await admit(store, elsewhere);
    enter("a", [user({}), shared]);
    await setImmediate();
    await settle(store, admission, elsewhere, "0");
    // The slot is free, and nobody was told yet.
    enter("b", [user({}), shared]);
    await timers.advance(SECOND);
    expect(order).toEqual(["a"]);
  });

  test("leaves nobody waiting behind it when it has gone", async () => {
    const { enter, order, store } = start();
    const shared = pool({ concurrency: 1 });
    const elsewhere = ask([user({}), shared]);
    const admission = await admit(store, elsewhere);
    const controller = new AbortController();
    enter("a", [user({}), shared], { signal: controller.signal });
    await setImmediate();
    controller.abort();
    await settle(store, admission, elsewhere, "0");
    enter("b", [user({}), shared]);
    await setImmediate();
    expect(order).toEqual(["a failed", "b"]);
  });
});

describe("a call whose limits change while it waits", () => {
  test("is refused by the new ones when its turn comes", async () => {
    const { enter, finish, order } = start();
    const one = user({ concurrency: 1, budgets: [budget("1")] });
    const running = enter("first", one);
    await running.answer;
    const limitsNow = () => ({ ...one, budgets: [budget("0.1")] });
    const { answer } = enter("a", one, { reserve: "0.2", limitsNow });
    await setImmediate();
    await finish(running);
    expect(order).toEqual(["first", "a refused"]);
    expect(await answer).toMatchObject({ refusal: { limit: "dailyBudget", allowed: "0.1" } });
  });

  test("finds more room at its next poll, also where a rate named a later moment", async () => {
    const { enter, order, timers } = start({ pollMs: 500 });
    const slots = user({ concurrency: 1 });
    const rate = user({ rate: { perMinute: 2, burst: 0 } });
    await enter("first", slots).answer;
    await enter("second", rate).answer;
    enter("a", slots, { limitsNow: () => ({ ...slots, concurrency: 2 }) });
    enter("b", rate, { limitsNow: () => ({ ...rate, rate: { perMinute: 2, burst: 1 } }) });
    await timers.advance(499);
    expect(order).toEqual(["first", "second"]);
    await timers.advance(1);
    expect(order).toEqual(["first", "second", "a", "b"]);
    expect(timers.pending).toBe(0);
  });

  test("fails of what its limits cannot be read of, and the next one is tried", async () => {
    const { enter, finish, order } = start();
    const one = user({ concurrency: 1 });
    const running = enter("first", one);
    await running.answer;
    const limitsNow = () => Promise.reject(new Error("Nobody knows."));
    const failing = enter("a", one, { limitsNow });
    enter("b", one);
    await setImmediate();
    await finish(running);
    await expect(failing.answer).rejects.toThrow("Nobody knows.");
    expect(order).toEqual(["first", "a failed", "b"]);
  });

  test("takes nothing where it is given up while they are read", async () => {
    const { enter, finish, order, queue } = start();
    const one = user({ concurrency: 1 });
    const running = enter("first", one);
    await running.answer;
    const controller = new AbortController();
    const { promise, resolve } = Promise.withResolvers<ScopeLimits>();
    const given = enter("a", one, { signal: controller.signal, limitsNow: () => promise });
    enter("b", one);
    await setImmediate();
    await finish(running);
    controller.abort(new Error("The browser is closed."));
    resolve(one);
    await expect(given.answer).rejects.toThrow("The browser is closed.");
    await setImmediate();
    expect(order).toEqual(["first", "a failed", "b"]);
    expect(queue.waiting).toBe(0);
  });
});

/** A store that lets something happen between its first decision and the answer. */
function thenOnce(store: AdmissionStore, happen: () => Promise<void>): AdmissionStore {
  let isFirst = true;
  return {
    ...store,
    async admit(request) {
      const admission = await store.admit(request);
      if (isFirst) {
        isFirst = false;
        await happen();
      }
      return admission;
    },
  };
}

test("whatever comes in whatever order is admitted, each person's calls as they came", async () => {
  const moment = fc.record({
    person: fc.nat({ max: 3 }),
    afterMs: fc.nat({ max: 3000 }),
    lastsMs: fc.nat({ max: 5000 }),
    isLost: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(moment, { maxLength: 60 }), async (moments) => {
      const { enter, finish, order, queue, timers } = start();
      const shared = pool({ concurrency: 3, rate: { perMinute: 60, burst: 2 } });
      const people = [0, 1, 2, 3].map(() => user({ concurrency: 2, rate: { perMinute: 30, burst: 1 } }));
      const came: string[][] = [[], [], [], []];
      for (const [index, { person, afterMs, lastsMs, isLost }] of moments.entries()) {
        const name = `${person} ${index}`;
        came[person]?.push(name);
        const scopes = [people[person] ?? shared, shared];
        const call = enter(name, scopes, { patienceMs: 60 * MINUTE, leaseMs: 20 * SECOND });
        void call.answer.then(() => isLost || timers.schedule(() => void finish(call), lastsMs));
        await timers.advance(afterMs);
      }
      await timers.advance(20 * MINUTE);
      expect(queue.waiting).toBe(0);
      for (const [person, names] of came.entries()) {
        expect(order.filter((name) => name.startsWith(`${person} `))).toEqual(names);
      }
    }),
    { numRuns: 60 },
  );
});

describe("a call that waits in vain", () => {
  test("is answered with the last refusal when its deadline passes", async () => {
    const { enter, order, queue, store, timers } = start();
    const one = user({ concurrency: 1 });
    await admit(store, ask(one));
    const { answer } = enter("a", one, { patienceMs: 10 * SECOND });
    enter("b", one, { patienceMs: 20 * SECOND });
    await timers.advance(10 * SECOND - 1);
    expect(order).toEqual([]);
    await timers.advance(1);
    expect(order).toEqual(["a refused"]);
    expect(await answer).toMatchObject({
      isAdmitted: false,
      refusal: { limit: "concurrentRequests", used: 1 },
    });
    await timers.advance(10 * SECOND);
    expect(order).toEqual(["a refused", "b refused"]);
    expect([queue.waiting, timers.pending]).toEqual([0, 0]);
  });

  test("has its answer on time, however often it was refused before", async () => {
    const { enter, order, store, timers } = start({ pollMs: 700 });
    const one = user({ concurrency: 1 });
    await admit(store, ask(one));
    enter("a", one, { patienceMs: SECOND });
    await timers.advance(SECOND);
    expect(order).toEqual(["a refused"]);
  });

  test("is answered at once where nothing can help before its deadline", async () => {
    const { enter, queue, store, timers } = start();
    const slow = user({ rate: { perMinute: 1, burst: 0 } });
    const spent = user({ budgets: [budget("1")] });
    await admit(store, ask(slow));
    const request = ask(spent, { reserve: "1" });
    await settle(store, await admit(store, request), request, "1");
    const answers = [
      enter("a", slow, { patienceMs: 59 * SECOND }).answer,
      enter("b", spent, { reserve: "0.1" }).answer,
      enter("c", user({ concurrency: 0 }), { patienceMs: 0 }).answer,
    ];
    expect(await Promise.all(answers)).toMatchObject([
      { refusal: { limit: "requestsPerMinute" } },
      { refusal: { limit: "dailyBudget" } },
      { refusal: { limit: "concurrentRequests" } },
    ]);
    expect([queue.waiting, timers.pending]).toEqual([0, 0]);
  });

  test("can be given up, and makes room for the next", async () => {
    const { enter, finish, order, queue } = start();
    const one = user({ concurrency: 1 });
    const running = enter("first", one);
    const controller = new AbortController();
    const given = enter("a", one, { signal: controller.signal });
    enter("b", one);
    await setImmediate();
    const reason = new Error("The browser is closed.");
    controller.abort(reason);
    await expect(given.answer).rejects.toBe(reason);
    expect(queue.waiting).toBe(1);
    await finish(running);
    expect(order).toEqual(["first", "a failed", "b"]);

    const before = enter("c", one, { signal: controller.signal });
    await expect(before.answer).rejects.toBe(reason);
  });

  test("is the caller's to settle where it was admitted at the moment of the abort", async () => {
    const { enter, finish, queue, store } = start();
    const one = user({ concurrency: 1 });
    const running = enter("first", one);
    const controller = new AbortController();
    const through = {
      ...store,
      async admit(request: AdmissionRequest) {
        const admission = await store.admit(request);
        if (admission.isAdmitted) controller.abort();
        return admission;
      },
    };
    const waiting = enter("a", one, { signal: controller.signal, through });
    await setImmediate();
    await finish(running);
    expect(await waiting.answer).toMatchObject({ isAdmitted: true });
    expect(queue.waiting).toBe(0);
  });

  test("is tried as soon as its own wait is over, however long another one for the same waits", async () => {
    const { enter, order, store, timers } = start();
    const shared = pool({ rate: { perMinute: 1200, burst: 0 }, budgets: [budget("1")] });
    await admit(store, ask([user({}), shared], { reserve: "0.9" }));
    await timers.advance(MINUTE);
    enter("dear", [user({}), shared], { reserve: "0.5" });
    await setImmediate();
    await admit(store, ask([user({}), { ...shared, budgets: [] }]));
    enter("cheap", [user({}), shared], { reserve: "0.01", patienceMs: 300 });
    await setImmediate();
    await timers.advance(60);
    expect(order).toEqual(["cheap"]);
  });

  test("is refused at once where it can cost more than the whole budget, whoever gives back what they hold", async () => {
    const { enter, queue, store } = start();
    const one = user({ budgets: [budget("1")] });
    await admit(store, ask(one, { reserve: "0.5" }));
    const { answer } = enter("a", one, { reserve: "1.01" });
    expect(await answer).toMatchObject({ refusal: { limit: "dailyBudget" } });
    expect(queue.waiting).toBe(0);
  });

  test("is refused at once where what is spent leaves no room, whatever others hold", async () => {
    const { enter, queue, store } = start();
    const shared = pool({ budgets: [budget("1")] });
    const spent = ask([user({}), shared], { reserve: "0.95" });
    await settle(store, await admit(store, spent), spent, "0.95");
    await admit(store, ask([user({}), shared], { reserve: "0.01" }));
    const mine = user({ budgets: [budget("0.5")] });
    const used = ask(mine, { reserve: "0.5" });
    await settle(store, await admit(store, used), used, "0.5");
    expect(await enter("a", [user({}), shared], { reserve: "0.5" }).answer).toMatchObject({
      refusal: { scope: shared.scope },
    });
    // The pool has room as soon as the call that runs is cheaper; its own budget has none today.
    expect(await enter("b", [mine, shared], { reserve: "0.045" }).answer).toMatchObject({
      refusal: { scope: mine.scope },
    });
    expect(queue.waiting).toBe(0);
  });

  test("is tried again each second, however many others come to wait", async () => {
    const { enter, order, store, timers } = start();
    const shared = pool({ budgets: [budget("1")] });
    const held = ask([user({}), shared], { reserve: "0.9" });
    const admission = await admit(store, held);
    await admit(store, ask([user({}), shared], { reserve: "0.05" }));
    enter("a", [user({}), shared], { reserve: "0.2" });
    await setImmediate();
    // Another process, of which nobody here hears.
    await settle(store, admission, held, "0.01");
    for (let step = 0; step < 4; step += 1) {
      enter(`dear ${step}`, [user({}), shared], { reserve: "0.97" });
      await timers.advance(SECOND / 2);
    }
    expect(order).toEqual(["a"]);
  });

  test("is refused at once where too many wait", async () => {
    const { enter, order, queue, store, timers } = start({ maxWaiting: 4 });
    const [one, other, third] = [
      user({ concurrency: 1 }),
      user({ concurrency: 0 }),
      user({ concurrency: 0 }),
    ];
    await admit(store, ask(one));
    for (const name of ["a", "b"]) enter(name, one);
    await setImmediate();
    // Half of the places are for others.
    expect(await enter("c", one).answer).toMatchObject({ refusal: { limit: "concurrentRequests" } });
    for (const name of ["d", "e"]) enter(name, other);
    await setImmediate();
    expect(await enter("f", third).answer).toMatchObject({ refusal: { scope: third.scope } });
    expect([queue.waiting, order]).toEqual([4, ["c refused", "f refused"]]);
    await timers.advance(MINUTE);
    expect([queue.waiting, timers.pending]).toEqual([0, 0]);
  });

  test("gets the error of a store that cannot decide, and the next one is tried", async () => {
    const { enter, finish, order, store } = start();
    const one = user({ concurrency: 1 });
    const running = enter("first", one);
    await running.answer;
    const broken = { ...store };
    const failing = enter("a", one, { through: broken });
    enter("b", one);
    await setImmediate();
    broken.admit = async () => {
      throw new Error("The database is gone.");
    };
    await finish(running);
    await expect(failing.answer).rejects.toThrow("The database is gone.");
    expect(order).toEqual(["first", "a failed", "b"]);
  });
});
