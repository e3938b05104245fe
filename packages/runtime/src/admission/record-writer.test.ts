import { AIConfigError } from "@ai-config/config-core";
import { expect, test } from "vitest";

import { manualTimers } from "../../testing/manual-timers.ts";
import type { Settlement } from "./admission-store.ts";
import { createRecordWriter } from "./record-writer.ts";

const DELAY_MS = 50;
const CLOSE_MS = 5_000;
const HOUR = 3_600_000;

/** A writer over a database that can be away, and can have lost what it answered. */
function start(given: { keptMax?: number } = {}) {
  const timers = manualTimers(0);
  const state = { isAway: false, tries: 0, lost: new Set<string>(), refused: "", takesNoneAgain: false };
  const written: string[][] = [];
  const again: string[] = [];
  const atOnce = { now: 0, most: 0 };
  const lines: { level: string; code: unknown; details: Record<string, unknown> }[] = [];
  const ask = () => {
    state.tries += 1;
    if (state.isAway) throw new AIConfigError("DATABASE_UNAVAILABLE");
  };
  const writer = createRecordWriter({
    timers,
    ...given,
    log: (level, _, details = {}) => lines.push({ level, code: details.code, details }),
    write: async (ids) => {
      ask();
      written.push([...ids]);
      return ids.filter((id) => state.lost.delete(id));
    },
    settleAgain: async ({ admission }) => {
      ask();
      if (state.takesNoneAgain) throw new AIConfigError("DATABASE_UNAVAILABLE");
      if (admission.id === state.refused) throw new Error("of no use");
      atOnce.now += 1;
      atOnce.most = Math.max(atOnce.most, atOnce.now);
      await Promise.resolve();
      atOnce.now -= 1;
      again.push(admission.id);
      // It is booked without waiting for the disk as before.
      writer.add([settlement(admission.id)]);
    },
  });
  const add = (...ids: string[]) => writer.add(ids.map(settlement));
  const errors = () => lines.filter(({ level }) => level === "error").map(({ details }) => details);
  return { timers, state, written, again, atOnce, lines, errors, writer, add };
}

const settlement = (id: string) =>
  ({ admission: { id }, request: { id }, cost: "0.01" }) as Partial<Settlement> as Settlement;
const idsOf = (prefix: string, count: number) => Array.from({ length: count }, (_, at) => `${prefix}${at}`);

test("records of one moment are written together, and nothing is asked when none wait", async () => {
  const { timers, state, written, lines, add } = start();
  add("a");
  add("b");
  await timers.advance(DELAY_MS - 1);
  add("c");
  expect(written).toEqual([]);
  await timers.advance(1);
  expect(written).toEqual([["a", "b", "c"]]);
  add("d");
  await timers.advance(HOUR);
  expect(written).toEqual([["a", "b", "c"], ["d"]]);
  expect(state.tries).toBe(2);
  expect(timers.pending).toBe(0);
  expect(lines).toEqual([]);
});

test("a database that is away is asked ever more seldom but each minute, whatever comes meanwhile, and each failure is told", async () => {
  const { timers, state, written, again, lines, add } = start();
  state.isAway = true;
  add("a");
  for (let minute = 0; minute < 60; minute += 1) {
    add(`b${minute}`);
    await timers.advance(60_000);
  }
  expect(state.tries).toBeGreaterThan(55);
  expect(state.tries).toBeLessThan(70);
  expect(lines).toHaveLength(state.tries);
  expect(lines[0]).toEqual({
    level: "warn",
    code: "RECORDS_LATE",
    details: {
      code: "RECORDS_LATE",
      cause: "DATABASE_UNAVAILABLE",
      count: 2,
      calls: [
        { id: "a", cost: "0.01" },
        { id: "b0", cost: "0.01" },
      ],
    },
  });
  state.isAway = false;
  await timers.advance(60_000);
  expect(written).toEqual([["a", ...idsOf("b", 60)]]);
  // What is on disk is not booked again.
  expect(again).toEqual([]);
  expect(timers.pending).toBe(0);
});

test("what a database that answers knows nothing of any more is settled again, and again until it is", async () => {
  const { timers, state, written, again, add } = start();
  state.lost.add("lost");
  add("kept", "LOST");
  await timers.advance(DELAY_MS);
  expect(again).toEqual(["LOST"]);
  await timers.advance(HOUR);
  // Booked again, it is on disk when its record is written.
  expect(written).toEqual([["kept", "lost"], ["lost"]]);
  expect(timers.pending).toBe(0);
});

test("many are written in portions, and settled again in portions", async () => {
  const { timers, state, written, again, atOnce, add } = start();
  const ids = idsOf("c", 1_200);
  state.isAway = true;
  add(...ids);
  await timers.advance(DELAY_MS);
  state.isAway = false;
  for (const id of ids) state.lost.add(id);
  await timers.advance(HOUR);
  expect(written.slice(0, 3).map(({ length }) => length)).toEqual([500, 500, 200]);
  expect(again).toHaveLength(1_200);
  expect(atOnce.most).toBe(128);
});

test("what the store refuses for itself is given up, and holds nobody up", async () => {
  const { timers, state, errors, again, add } = start();
  state.lost = new Set(["bad", "good"]);
  state.refused = "bad";
  add("bad", "good");
  await timers.advance(HOUR);
  expect(again).toEqual(["good"]);
  expect(errors()).toEqual([
    { code: "COSTS_NOT_BOOKED", cause: "INTERNAL", count: 1, calls: [{ id: "bad", cost: "0.01" }] },
  ]);
  expect(timers.pending).toBe(0);
});

test("a database that is away for long does not take all memory: what came first is left to a sweep", async () => {
  const { timers, state, written, lines, add } = start({ keptMax: 10 });
  state.isAway = true;
  for (let at = 0; at < 5; at += 1) add(...idsOf(`${at}-`, 5));
  await timers.advance(DELAY_MS);
  const left = lines.filter(({ code }) => code === "RECORDS_LEFT");
  expect(left.map(({ details }) => details.count)).toEqual([6, 5, 5]);
  state.isAway = false;
  await timers.advance(HOUR);
  expect(written).toEqual([["3-1", "3-2", "3-3", "3-4", ...idsOf("4-", 5)]]);
});

test("where what was lost is not taken again for long, the first are given up and told", async () => {
  const { timers, state, again, errors, add } = start({ keptMax: 2 });
  state.takesNoneAgain = true;
  for (const id of ["a", "b", "c"]) {
    state.lost.add(id);
    add(id);
    await timers.advance(60_000);
  }
  expect(errors()).toEqual([{ code: "COSTS_NOT_BOOKED", count: 1, calls: [{ id: "a", cost: "0.01" }] }]);
  state.takesNoneAgain = false;
  await timers.advance(HOUR);
  expect(again).toEqual(["b", "c"]);
});

test("a process that ends writes what waits, and does not wait for ever for a database that is away", async () => {
  const { timers, state, written, errors, writer, add } = start();
  add("a");
  await writer.close(CLOSE_MS);
  expect(written).toEqual([["a"]]);
  state.isAway = true;
  add(...idsOf("b", 150));
  let isClosed = false;
  const closing = writer.close(CLOSE_MS).then(() => {
    isClosed = true;
  });
  await timers.advance(4_000);
  expect(isClosed).toBe(false);
  await timers.advance(2_000);
  await closing;
  expect(errors()).toMatchObject([
    { code: "COSTS_NOT_BOOKED", count: 100 },
    { code: "COSTS_NOT_BOOKED", count: 50 },
  ]);
  expect(timers.pending).toBe(0);
});

test("nor for one that does not answer at all", async () => {
  const timers = manualTimers(0);
  const lines: string[] = [];
  const writer = createRecordWriter({
    timers,
    log: (_, __, details) => lines.push(String(details?.code)),
    write: () => new Promise(() => {}),
    settleAgain: async () => {},
  });
  writer.add([settlement("a")]);
  const closing = writer.close(1_000);
  await timers.advance(1_000);
  await closing;
  expect(lines).toEqual(["COSTS_NOT_BOOKED"]);
  expect(timers.pending).toBe(0);
});
