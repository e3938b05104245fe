import { expect, test } from "vitest";

import { jsonCopy } from "./json-copy.ts";

class Text {
  readonly #text: string;
  constructor(text: string) {
    this.#text = text;
  }
  toJSON(name: string) {
    return `${name}: ${this.#text}`;
  }
}

class Block {
  readonly type = "text";
  readonly text = "Hello";
  get length() {
    return 5;
  }
}

const callable = Object.assign(() => "Hello", { toJSON: () => "said" });
const sparse = [1, 2, 3];
delete sparse[1];

test.each<[string, unknown]>([
  ["plain values", { text: "Grüße 👋", number: 1.5, yes: true, nothing: null, list: [1, ["a"], {}] }],
  ["what is not there", { gone: undefined, list: [undefined, 1], sparse }],
  ["what has no place in JSON", { run() {}, symbol: Symbol("x"), list: [() => 1, Symbol("x")] }],
  ["numbers without a notation", { list: [Number.NaN, Number.POSITIVE_INFINITY], zero: -0 }],
  ["what says itself what it is", { content: new Text("Hi"), list: [new Text("Hi")], date: new Date(0) }],
  ["a plain object that says what it is", { content: { text: "long", toJSON: () => ["short"] } }],
  ["a function that says what it is", { callable }],
  ["what says that it is nothing", { gone: { toJSON: () => undefined } }],
  ["instances of classes", { block: new Block(), map: new Map([["a", 1]]), bytes: new Uint8Array(2) }],
  ["boxed values", { list: [Object("text"), Object(5), Object(false)] }],
  ["objects without a prototype", Object.assign(Object.create(null), { a: 1 })],
  ["inherited values", Object.create({ inherited: "x".repeat(100) })],
  ["hidden values", Object.defineProperty({ seen: 1 }, "hidden", { value: "x", enumerable: false })],
  ["names that objects have", JSON.parse('{ "__proto__": { "a": 1 }, "constructor": 2, "toJSON": 3 }')],
  ["halves of characters", { text: "\ud800" }],
])("%s are written as they were", (_, value) => {
  expect(JSON.stringify(jsonCopy(value))).toBe(JSON.stringify(value));
});

test("what changes afterwards does not reach the copy", () => {
  const list = [{ role: "user", content: [{ type: "text", text: "Hi" }] }];
  const copy = jsonCopy(list);
  const before = JSON.stringify(copy);
  list[0]?.content.push({ type: "text", text: "More" });
  list.push({ role: "assistant", content: [] });
  expect(JSON.stringify(copy)).toBe(before);
});

test("each value is asked for once, so that it is the same whenever the copy is written", () => {
  let asked = 0;
  const copy = jsonCopy({
    get text() {
      asked += 1;
      return "x".repeat(asked);
    },
  });
  expect([JSON.stringify(copy), JSON.stringify(copy)]).toEqual(['{"text":"x"}', '{"text":"x"}']);
  expect(asked).toBe(1);
});

test("what is no number of JSON stays to be told from what is absent", () => {
  expect(jsonCopy({ temperature: Number.NaN })).toEqual({ temperature: Number.NaN });
});

test("marks that a library leaves under symbols stay", () => {
  const mark = Symbol("helper");
  expect(jsonCopy([{ [mark]: "mcpTool", name: "look" }])).toEqual([{ [mark]: "mcpTool", name: "look" }]);
});

test("what JSON cannot carry throws", () => {
  const circle: unknown[] = [];
  circle.push({ circle });
  expect(() => jsonCopy({ circle })).toThrow(RangeError);
  expect(() => jsonCopy([1n])).toThrow(TypeError);
});
