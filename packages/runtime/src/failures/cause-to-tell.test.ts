import { expect, test } from "vitest";

import { causeToTell } from "./cause-to-tell.ts";

const KEY = `sk-ant-api03-${"SECRET".repeat(8)}`;

function thrownBy(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}

test.each([
  ["the beginning", `${KEY} is no JSON`],
  ["the middle of a long text", `{"a":"${"x".repeat(200)}","b":${KEY}${"y".repeat(200)}`],
  ["the end", `{"a":"${"x".repeat(200)}","b":${KEY}`],
])("nothing of a text that a parser quotes from %s is handed on", (_, text) => {
  const error = thrownBy(text);
  expect(error).toBeInstanceOf(SyntaxError);
  const told = causeToTell(error);
  expect(told?.message).toMatch(/JSON/);
  expect(told?.message).not.toMatch(/SEC|sk-/);
});
