import { expect, test } from "vitest";

import { isAvailable, untilAvailable } from "./until-available.ts";

const away = () => Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
const running = () => new AbortController().signal;

test("what the database was away for is done when it is back, with longer and longer waits", async () => {
  const waits: number[] = [];
  let tries = 0;
  const work = async () => {
    tries += 1;
    if (tries <= 7) throw away();
    return "done";
  };
  const wait = async (milliseconds: number) => void waits.push(milliseconds);
  expect(await untilAvailable(work, running(), wait)).toBe("done");
  expect(waits).toEqual([250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
});

test("what waiting does not mend is told at once", async () => {
  const wrong = new Error("wrong password");
  let tries = 0;
  const work = async () => {
    tries += 1;
    throw tries === 1 ? away() : wrong;
  };
  await expect(untilAvailable(work, running(), async () => {})).rejects.toBe(wrong);
  expect(tries).toBe(2);
});

test("waiting ends when the process goes down", async () => {
  const stopping = new AbortController();
  const waiting = untilAvailable(() => Promise.reject(away()), stopping.signal);
  stopping.abort();
  await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
});

test("one try says whether the database is there, and throws what is no outage", async () => {
  expect(await isAvailable(async () => {})).toBe(true);
  expect(await isAvailable(() => Promise.reject(away()))).toBe(false);
  await expect(isAvailable(() => Promise.reject(new Error("wrong")))).rejects.toThrow("wrong");
});
