import { setImmediate } from "node:timers/promises";

import { expect, test } from "vitest";

import { createAnswerBuffer } from "./answer-buffer.ts";

const piece = (number: number) => ({ number });
const failure = new Error("broken");

test("pieces come in order, whoever is first: the reader or the wire", async () => {
  const buffer = createAnswerBuffer([piece(1), piece(2)]);
  const taken = [await buffer.take(), await buffer.take()];
  const waiting = buffer.take();
  await setImmediate();
  buffer.push(piece(3));
  taken.push(await waiting);
  buffer.push(piece(4));
  buffer.push(piece(5));
  buffer.end();
  taken.push(await buffer.take(), await buffer.take());
  expect(taken.map((one) => one?.number)).toEqual([1, 2, 3, 4, 5]);
  expect([await buffer.take(), await buffer.take()]).toEqual([undefined, undefined]);
});

test("an error of the wire comes after what came before it", async () => {
  const buffer = createAnswerBuffer([piece(1)]);
  buffer.end(failure);
  buffer.push(piece(2));
  buffer.end();
  expect(await buffer.take()).toEqual(piece(1));
  await expect(buffer.take()).rejects.toBe(failure);
});

test("what is dropped is not given out, neither before its end nor after it", async () => {
  const underWay = createAnswerBuffer([piece(1)]);
  underWay.drop(failure);
  underWay.push(piece(2));
  await expect(underWay.take()).rejects.toBe(failure);
  const complete = createAnswerBuffer([piece(1)]);
  complete.end();
  complete.drop();
  expect(await complete.take()).toBeUndefined();
});

test("a reader who waits hears of every end", async () => {
  const ends = [createAnswerBuffer([]), createAnswerBuffer([]), createAnswerBuffer([])];
  const waiting = Promise.allSettled(ends.map((buffer) => buffer.take()));
  await setImmediate();
  ends[0]?.end();
  ends[1]?.end(failure);
  ends[2]?.drop();
  ends[2]?.drop(failure);
  expect(await waiting).toMatchObject([{ value: undefined }, { reason: failure }, { reason: failure }]);
});
