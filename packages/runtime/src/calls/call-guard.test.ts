import { DEFAULT_AI_CONFIGURATION } from "@ai-config/config-core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { type AttemptGuard, CallEnded, type CallGuard, guardCall } from "./call-guard.ts";
import { systemClock } from "./clock.ts";

const timeouts = { connectionTimeout: 100, generationTimeout: 300, totalRequestTimeout: 1_000 };
let guard: CallGuard;
const never = new Promise<never>(() => {});

beforeEach(() => {
  vi.useFakeTimers();
  guard = guardCall(timeouts, Date, []);
});
afterEach(() => {
  guard.close();
  vi.useRealTimers();
});

function controlled(attempt: AttemptGuard): AbortController {
  const request = new AbortController();
  attempt.control(request);
  return request;
}
const endOf = (work: Promise<unknown>) => work.catch((error: unknown) => (error as CallEnded).by);

test("an attempt ends when its headers are late, and the call goes on", async () => {
  const attempt = guard.startAttempt();
  const request = controlled(attempt);
  const waiting = endOf(attempt.race(never));
  await vi.advanceTimersByTimeAsync(98);
  expect(attempt.ended).toBeUndefined();
  await vi.advanceTimersByTimeAsync(2);
  expect(await waiting).toBe("connection");
  expect(request.signal.aborted).toBe(true);
  expect(controlled(attempt).signal.aborted).toBe(true);
  expect(controlled(guard.startAttempt()).signal.aborted).toBe(false);
  expect(await guard.race(Promise.resolve("on"))).toBe("on");
});

test("a call whose time was over before it was guarded is ended from the start", () => {
  const late = guardCall(timeouts, Date, [], Date.now() - 1_000);
  expect(() => late.throwIfEnded()).toThrow(expect.objectContaining({ by: "total" }));
  late.close();
});

test("from its headers on an attempt has the time of an answer", async () => {
  const attempt = guard.startAttempt();
  await vi.advanceTimersByTimeAsync(90);
  attempt.answering();
  const heard = vi.fn();
  attempt.onEnd(heard);
  await vi.advanceTimersByTimeAsync(298);
  expect(heard).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(2);
  expect(heard.mock.calls).toMatchObject([[{ by: "generation" }]]);
  expect(attempt.ended?.by).toBe("generation");
});

test("an end says for how long nothing was heard: from the start, from the headers, and not once the answer has begun", async () => {
  const silences: (number | undefined)[] = [];
  for (const hear of [() => {}, (attempt: AttemptGuard) => attempt.answering()]) {
    const attempt = guard.startAttempt();
    await vi.advanceTimersByTimeAsync(50);
    hear(attempt);
    await vi.advanceTimersByTimeAsync(350);
    silences.push(attempt.ended?.silentMs);
  }
  const answered = guard.startAttempt();
  answered.answering();
  answered.begun();
  await vi.advanceTimersByTimeAsync(200);
  expect(guard.remainingMs()).toBe(0);
  silences.push(answered.ended?.silentMs);
  expect(silences).toEqual([100, 300, 0]);
});

test("an attempt that is closed is not ended any more", async () => {
  const attempt = guard.startAttempt();
  const request = controlled(attempt);
  const heard = vi.fn();
  attempt.onEnd(heard);
  attempt.close();
  await vi.advanceTimersByTimeAsync(900);
  expect(heard).not.toHaveBeenCalled();
  expect(request.signal.aborted).toBe(false);
});

test("many attempts each have their time, and all together no more than the total", async () => {
  const ends: unknown[] = [];
  for (let attempts = 0; attempts < 20; attempts += 1) {
    const waiting = endOf(guard.startAttempt().race(never)).then((by) => ends.push(by));
    await vi.advanceTimersByTimeAsync(100);
    await waiting;
    if (guard.remainingMs() <= 0) break;
  }
  expect(ends.slice(0, -1)).toEqual(Array(9).fill("connection"));
  expect(ends.at(-1)).toMatch(/total|connection/);
  expect(() => guard.throwIfEnded()).toThrow(CallEnded);
});

test("the total ends everything that is waited for, now and later", async () => {
  const attempt = guard.startAttempt();
  attempt.answering();
  const signal = guard.signal();
  const waiting = [endOf(guard.race(never))];
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await Promise.all(waiting)).toEqual(["total"]);
  expect(signal.aborted).toBe(true);
  expect(guard.remainingMs()).toBe(0);
  expect(await endOf(guard.race(never))).toBe("total");
  expect(guard.startAttempt().ended?.by).toBe("total");
});

test("the caller's signal ends it at once, before it has begun as well", async () => {
  const leaving = new AbortController();
  const call = guardCall(timeouts, Date, [leaving.signal]);
  const attempt = call.startAttempt();
  const request = controlled(attempt);
  const waiting = endOf(attempt.race(never));
  leaving.abort();
  expect(await waiting).toBe("caller");
  expect(request.signal.aborted).toBe(true);
  const late = guardCall(timeouts, Date, [leaving.signal]);
  expect(() => late.throwIfEnded()).toThrow(CallEnded);
  for (const each of [call, late]) each.close();
});

test("time that has passed before it began counts", async () => {
  const late = guardCall(DEFAULT_AI_CONFIGURATION.timeouts, Date, [], Date.now() - 119_000);
  const waiting = endOf(late.race(never));
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await waiting).toBe("total");
  late.close();
});

test("a clock that is put right neither prolongs a call nor shortens it", async () => {
  for (const step of [3_600_000, -3_600_000]) {
    const call = guardCall(timeouts, systemClock, []);
    const attempt = call.startAttempt();
    vi.setSystemTime(Date.now() + step);
    await vi.advanceTimersByTimeAsync(60);
    expect(call.remainingMs()).toBe(940);
    await vi.advanceTimersByTimeAsync(40);
    expect(attempt.ended).toMatchObject({ by: "connection", silentMs: 100 });
    call.close();
  }
});

test("when it is closed nothing is left running", () => {
  guard.startAttempt();
  guard.close();
  expect(vi.getTimerCount()).toBe(0);
});
