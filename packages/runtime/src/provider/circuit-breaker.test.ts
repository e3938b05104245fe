import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { type Breaker, CircuitOpen, createBreaker } from "./circuit-breaker.ts";

const outage = new Error("away");
const refusal = new Error("no");
const abort = new Error("given up");

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: 0 }));
afterEach(() => void vi.useRealTimers());

const make = (steady = () => Date.now()) =>
  createBreaker({ isOutage: (error) => error === outage, isUndecided: (error) => error === abort, steady });
const fail = (breaker: Breaker, error = outage) =>
  breaker.run(() => Promise.reject(error)).catch((caught: unknown) => caught);

async function open(breaker = make()): Promise<Breaker> {
  for (let failure = 0; failure < 10; failure += 1) expect(await fail(breaker)).toBe(outage);
  return breaker;
}

test("after ten outages in a row nothing is sent for five seconds, and the refusal says for how long", async () => {
  const breaker = await open();
  const send = vi.fn(async () => "sent");
  await expect(breaker.run(send)).rejects.toMatchObject({ name: "CircuitOpen", retryAfterMs: 5_000 });
  vi.setSystemTime(4_999);
  await expect(breaker.run(send)).rejects.toMatchObject({ retryAfterMs: 1 });
  expect(send).not.toHaveBeenCalled();
  vi.setSystemTime(5_000);
  expect(await breaker.run(send)).toBe("sent");
  expect(await fail(breaker)).toBe(outage);
});

test.each([-3_600_000, 3_600_000])("a date that is put right by %d ms changes no pause", async (stepMs) => {
  let passedMs = 0;
  const breaker = await open(make(() => passedMs));
  vi.setSystemTime(stepMs);
  await expect(breaker.run(async () => "sent")).rejects.toMatchObject({ retryAfterMs: 5_000 });
  passedMs = 5_000;
  expect(await fail(breaker)).toBe(outage);
  await expect(breaker.run(async () => "sent")).rejects.toMatchObject({ retryAfterMs: 10_000 });
  passedMs = 15_000;
  expect(await breaker.run(async () => "sent")).toBe("sent");
});

test("an answer in between, or a failure of the request itself, is no outage", async () => {
  const breaker = make();
  for (let round = 0; round < 3; round += 1) {
    for (let failure = 0; failure < 9; failure += 1) await fail(breaker);
    if (round === 1) await fail(breaker, refusal);
    else await breaker.run(async () => "sent");
  }
  for (let failure = 0; failure < 30; failure += 1) expect(await fail(breaker, refusal)).toBe(refusal);
});

test("one trial at a time, and each vain one makes the pause longer", async () => {
  const breaker = await open();
  for (const pause of [5_000, 10_000, 20_000, 40_000, 60_000, 60_000]) {
    vi.setSystemTime(Date.now() + pause);
    const { promise, reject } = Promise.withResolvers<never>();
    const trial = breaker.run(() => promise);
    await expect(breaker.run(async () => "sent")).rejects.toBeInstanceOf(CircuitOpen);
    reject(outage);
    await expect(trial).rejects.toBe(outage);
    vi.setSystemTime(Date.now() + pause - 1);
    await expect(breaker.run(async () => "sent")).rejects.toBeInstanceOf(CircuitOpen);
    vi.setSystemTime(Date.now() - pause + 1);
  }
});

test("a trial that is given up decides nothing: the next request is one, and a vain one makes one pause longer", async () => {
  const breaker = await open();
  vi.setSystemTime(5_000);
  for (let trial = 0; trial < 3; trial += 1) expect(await fail(breaker, abort)).toBe(abort);
  expect(await fail(breaker)).toBe(outage);
  vi.setSystemTime(14_999);
  expect(await fail(breaker)).toBeInstanceOf(CircuitOpen);
  vi.setSystemTime(15_000);
  expect(await fail(breaker)).toBe(outage);
});

test("a refused trial says that the service is back", async () => {
  const breaker = await open();
  vi.setSystemTime(5_000);
  expect(await fail(breaker, refusal)).toBe(refusal);
  expect(await breaker.run(async () => "sent")).toBe("sent");
});

test("a trial is over with its headers: nobody waits for the rest of its answer", async () => {
  const breaker = await open();
  vi.setSystemTime(5_000);
  const { promise, resolve } = Promise.withResolvers<string>();
  const headers = Promise.withResolvers<void>();
  const trial = breaker.run((onHeaders) => {
    headers.promise.then(onHeaders);
    return promise;
  });
  expect(await fail(breaker)).toBeInstanceOf(CircuitOpen);
  headers.resolve();
  await vi.waitFor(async () => expect(await breaker.run(async () => "sent")).toBe("sent"));
  resolve("long");
  expect(await trial).toBe("long");
});

test("what breaks after its headers is one failure of many, in a trial as at any time", async () => {
  const breaker = await open();
  vi.setSystemTime(5_000);
  const breakOff = () =>
    breaker
      .run(async (onHeaders) => {
        onHeaders();
        throw outage;
      })
      .catch((caught: unknown) => caught);
  for (let failure = 0; failure < 10; failure += 1) expect(await breakOff()).toBe(outage);
  expect(await breakOff()).toBeInstanceOf(CircuitOpen);
});
