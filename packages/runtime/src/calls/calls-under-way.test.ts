import { setImmediate } from "node:timers/promises";

import { expect, test } from "vitest";

import { manualTimers } from "../../testing/manual-timers.ts";
import { guardCall } from "./call-guard.ts";
import { countCalls } from "./calls-under-way.ts";

const HOUR = 3_600_000;
const timeouts = { connectionTimeout: HOUR, generationTimeout: HOUR, totalRequestTimeout: HOUR };

function start() {
  const timers = manualTimers(0);
  const calls = countCalls({ timers });
  const begin = () => calls.add(guardCall(timeouts, timers, []));
  let isClosed = false;
  const close = (endAfterMs = 8_000, giveUpAfterMs = 9_000) =>
    calls.close({ endAfterMs, giveUpAfterMs }).then(() => {
      isClosed = true;
    });
  const closed = async () => {
    await setImmediate();
    return isClosed;
  };
  return { timers, calls, begin, close, closed };
}

test("who closes waits until the last call has ended", async () => {
  const { timers, calls, begin, close, closed } = start();
  const [one, other] = [begin(), begin()];
  calls.remove(one);
  void close();
  await timers.advance(7_999);
  expect(await closed()).toBe(false);
  expect(other.remainingMs()).toBeGreaterThan(0);
  calls.remove(other);
  expect(await closed()).toBe(true);
  expect(timers.pending).toBe(0);
});

test("where nothing runs nothing is waited for", async () => {
  const { timers, close } = start();
  await close();
  expect(timers.pending).toBe(0);
});

test("what runs too long is ended, and has a while to be settled", async () => {
  const { timers, calls, begin, close, closed } = start();
  const call = begin();
  const waiting = call.race(new Promise<never>(() => {})).catch((error: unknown) => error);
  void close();
  await timers.advance(8_000);
  expect(await waiting).toMatchObject({ name: "CallEnded", by: "closing" });
  expect(await closed()).toBe(false);
  calls.remove(call);
  expect(await closed()).toBe(true);
});

test("what never settles does not keep a process from ending", async () => {
  const { timers, calls, begin, close, closed } = start();
  begin();
  calls.hold(new Promise(() => {}));
  void close();
  await timers.advance(8_999);
  expect(await closed()).toBe(false);
  await timers.advance(1);
  expect(await closed()).toBe(true);
  expect(timers.pending).toBe(0);
});

test("what a call left behind is waited for too, however it ends", async () => {
  const { calls, close, closed } = start();
  const { promise, reject } = Promise.withResolvers<void>();
  calls.hold(promise);
  void close();
  expect(await closed()).toBe(false);
  reject(new Error("The store is away."));
  expect(await closed()).toBe(true);
});

test("from then on no call begins", async () => {
  const { begin, close } = start();
  const closing = close();
  expect(begin).toThrow(expect.objectContaining({ code: "SHUTTING_DOWN" }));
  await closing;
  expect(begin).toThrow(expect.objectContaining({ code: "SHUTTING_DOWN" }));
});
