import { expect, test } from "vitest";

import { manualTimers } from "../../testing/manual-timers.ts";
import type { Settlement } from "./admission-store.ts";
import { createRecordWriter } from "./record-writer.ts";

const DELAY_MS = 50;
const HOUR = 3_600_000;

/** A writer over a database that can be away. */
function start() {
  const timers = manualTimers(0);
  const state = { isAway: false, tries: 0, lost: [] as string[] };
  const written: string[][] = [];
  const again: string[] = [];
  const ask = async () => {
    state.tries += 1;
    if (state.isAway) throw new Error("away");
  };
  const writer = createRecordWriter({
    timers,
    write: async (ids) => {
      await ask();
      written.push([...ids]);
      return state.lost.splice(0);
    },
    settleAgain: async ({ admission }) => {
      await ask();
      again.push(admission.id);
      // It was lost, and is booked without waiting for the disk as before.
      if (admission.id === "lost") writer.add([settlement("lost")]);
    },
  });
  return { timers, state, written, again, writer, add: (id: string) => writer.add([settlement(id)]) };
}

const settlement = (id: string) => ({ admission: { id } }) as Partial<Settlement> as Settlement;

test("records of one moment are written together, and nothing is asked when none wait", async () => {
  const { timers, state, written, add } = start();
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
});

test("what may be lost is settled again, ever more seldom but each minute, until the database is back", async () => {
  const { timers, state, written, again, add } = start();
  state.isAway = true;
  add("kept");
  add("lost");
  await timers.advance(HOUR);
  expect(state.tries).toBeGreaterThan(100);
  expect(state.tries).toBeLessThan(140);
  state.isAway = false;
  await timers.advance(60_000);
  expect(again.toSorted()).toEqual(["kept", "lost"]);
  // Booked again, it is on disk when its record is written.
  expect(written).toEqual([["lost"]]);
  expect(timers.pending).toBe(0);
});

test("what a database that answers knows nothing of any more is settled again", async () => {
  const { timers, state, written, again, add } = start();
  state.lost = ["lost"];
  add("kept");
  add("LOST");
  await timers.advance(HOUR);
  expect(again).toEqual(["LOST"]);
  expect(written).toEqual([["kept", "lost"]]);
  expect(timers.pending).toBe(0);
});

test("a record that the database takes tells that it is back", async () => {
  const { timers, state, written, again, add } = start();
  state.isAway = true;
  add("first");
  await timers.advance(HOUR);
  state.isAway = false;
  add("second");
  await timers.advance(60_000);
  expect(again).toEqual(["first"]);
  expect(written).toEqual([["second"]]);
});

test("a process that ends writes what waits, and does not wait for ever for a database that is away", async () => {
  const { timers, state, written, again, writer, add } = start();
  add("a");
  await writer.close();
  expect(written).toEqual([["a"]]);
  state.isAway = true;
  add("b");
  let isClosed = false;
  const closing = writer.close().then(() => {
    isClosed = true;
  });
  await timers.advance(4_000);
  expect(isClosed).toBe(false);
  await timers.advance(2_000);
  await closing;
  expect(again).toEqual([]);
  expect(timers.pending).toBe(0);
});
