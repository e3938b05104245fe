import { AIConfigError } from "@ai-config/config-core";
import { expect, test } from "vitest";

import { manualTimers } from "../../testing/manual-timers.ts";
import type { AdmissionStore, Settled, Settlement } from "../admission/admission-store.ts";
import { createMemoryStore } from "../admission/memory-store.ts";
import { createSettler } from "./settle-surely.ts";

const HOUR = 3_600_000;
const settled: Settled = { isBooked: true, wasLate: false, budgets: [], alerts: [] };

interface Line {
  level: string;
  details: Readonly<Record<string, unknown>>;
}

/** A settler over a store that can be away. */
function start(options: { lateMax?: number } = {}) {
  const timers = manualTimers(0);
  const state = { isAway: true, hangs: false, tries: 0, answer: Promise.resolve() };
  const booked: string[] = [];
  const done: [string, boolean][] = [];
  const lines: Line[] = [];
  const store: AdmissionStore = {
    ...createMemoryStore(),
    async settle({ request }) {
      state.tries += 1;
      if (state.hangs) return new Promise<Settled>(() => {});
      await state.answer;
      if (state.isAway || request.id === "never") throw new Error("away");
      booked.push(request.id);
      return settled;
    },
  };
  const settler = createSettler(store, {
    ...options,
    timers,
    log: (level, _, details = {}) => void lines.push({ level, details }),
    onDone: ({ request }, figures) => void done.push([request.id, figures !== undefined]),
  });
  const settle = (id: string) =>
    settler.settle({ request: { id }, cost: "0.01" } as Partial<Settlement> as Settlement);
  const errors = () => lines.filter(({ level }) => level === "error").map(({ details }) => details);
  return { timers, state, booked, done, lines, errors, settler, settle };
}

test("what cannot be booked is tried for as long as it takes, ever more seldom but each minute", async () => {
  const { timers, state, booked, done, lines, errors, settle } = start();
  expect(await settle("a")).toBeUndefined();
  await timers.advance(HOUR);
  expect(state.tries).toBeGreaterThan(60);
  expect(state.tries).toBeLessThan(70);
  expect(lines.at(-1)).toMatchObject({ details: { code: "COSTS_LATE", count: 1, calls: [{ id: "a" }] } });
  expect(done).toEqual([]);
  state.isAway = false;
  await timers.advance(60_000);
  expect(booked).toEqual(["a"]);
  expect(done).toEqual([["a", true]]);
  expect(errors()).toEqual([]);
  expect(timers.pending).toBe(0);
});

test("one that is never taken does not keep others from being booked", async () => {
  const { timers, state, booked, settle } = start();
  for (const id of ["never", "b", "c"]) await settle(id);
  state.isAway = false;
  await timers.advance(250);
  expect(booked).toEqual(["b", "c"]);
});

test("more than may wait: the first are given up, and told by id and cost", async () => {
  const { timers, state, booked, done, errors, settle } = start({ lateMax: 2 });
  for (const id of ["a", "b", "c"]) await settle(id);
  expect(errors()).toEqual([{ code: "COSTS_NOT_BOOKED", count: 1, calls: [{ id: "a", cost: "0.01" }] }]);
  expect(done).toEqual([["a", false]]);
  state.isAway = false;
  await timers.advance(HOUR);
  expect(booked).toEqual(["b", "c"]);
});

test("who closes tries at once and until the deadline, and is told what is left", async () => {
  const { timers, state, booked, errors, settler, settle } = start();
  await settle("a");
  await timers.advance(HOUR);
  state.isAway = false;
  await settler.drain(10_000);
  expect(booked).toEqual(["a"]);

  const away = start();
  await away.settle("b");
  const drained = away.settler.drain(10_000);
  const before = away.state.tries;
  await away.timers.advance(10_000);
  await drained;
  expect(away.state.tries).toBeGreaterThan(before + 30);
  expect(away.errors()).toMatchObject([{ code: "COSTS_NOT_BOOKED", count: 1, calls: [{ id: "b" }] }]);
  expect(away.done).toEqual([["b", false]]);
  expect(away.timers.pending).toBe(0);
  await away.settle("c");
  expect(away.errors()).toHaveLength(2);
  expect(errors()).toEqual([]);
});

test("a store that never answers does not keep a process from ending", async () => {
  const { timers, state, errors, settler, settle } = start();
  await settle("a");
  state.hangs = true;
  const drained = settler.drain(10_000);
  await timers.advance(10_000);
  await drained;
  expect(errors()).toMatchObject([{ code: "COSTS_NOT_BOOKED", calls: [{ id: "a" }] }]);
});

test("who closes waits for what is being booked for the first time, and hears of each once", async () => {
  const { state, booked, done, errors, settler, settle, timers } = start();
  const { promise, resolve } = Promise.withResolvers<void>();
  Object.assign(state, { isAway: false, answer: promise });
  const settling = settle("a");
  const drained = settler.drain(10_000);
  resolve();
  await drained;
  expect([await settling, booked, done]).toEqual([settled, ["a"], [["a", true]]]);
  expect([errors(), timers.pending]).toEqual([[], 0]);

  const slow = start();
  const { promise: never, resolve: end } = Promise.withResolvers<void>();
  Object.assign(slow.state, { isAway: false, answer: never });
  const late = slow.settle("b");
  const ended = slow.settler.drain(10_000);
  await slow.timers.advance(10_000);
  await ended;
  expect(slow.errors()).toMatchObject([{ code: "COSTS_NOT_BOOKED", calls: [{ id: "b" }] }]);
  end();
  await late;
  expect(slow.done).toEqual([["b", false]]);
});

test("what was given up while the store booked it is told once", async () => {
  const { timers, state, booked, done, settler, settle } = start();
  await settle("a");
  const { promise, resolve } = Promise.withResolvers<void>();
  Object.assign(state, { isAway: false, answer: promise });
  const drained = settler.drain(10_000);
  await timers.advance(10_000);
  await drained;
  resolve();
  await timers.advance(0);
  expect([booked, done]).toEqual([["a"], [["a", false]]]);
});

test("a record that is refused is booked without its caller's words", async () => {
  const timers = manualTimers(0);
  const seen: unknown[] = [];
  const store: AdmissionStore = {
    ...createMemoryStore(),
    async settle({ entry: { label, tags } }) {
      seen.push({ label, tags });
      if (label !== null || "a" in tags) throw new AIConfigError("INPUT_INVALID");
      return settled;
    },
  };
  const lines: Line[] = [];
  const done: string[] = [];
  const settler = createSettler(store, {
    timers,
    log: (level, _, details = {}) => void lines.push({ level, details }),
    onDone: ({ request }) => void done.push(request.id),
  });
  const entry = { label: "x", tags: { a: "b" } };
  const settlement = { request: { id: "a" }, cost: "0.01", entry };
  expect(await settler.settle(settlement as unknown as Settlement)).toBeUndefined();
  await timers.advance(1_000);
  expect(seen).toEqual([entry, { label: null, tags: {} }]);
  expect(done).toEqual(["a"]);
  expect(lines).toMatchObject([
    { level: "error", details: { code: "RECORD_REFUSED", cause: "INPUT_INVALID", calls: [{ id: "a" }] } },
  ]);
});
