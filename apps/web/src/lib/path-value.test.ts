import { describe, expect, test } from "vitest";
import { isSameValue, nest, valueAt } from "./path-value.ts";

describe("valueAt", () => {
  test("reads a leaf, and undefined where the path ends early", () => {
    expect(valueAt({ model: { temperature: 0.7 } }, "model.temperature")).toBe(0.7);
    expect(valueAt({ model: {} }, "model.temperature")).toBeUndefined();
    expect(valueAt(undefined, "model.temperature")).toBeUndefined();
  });

  test("does not see what every object inherits", () => {
    expect(valueAt({}, "constructor.name")).toBeUndefined();
  });
});

describe("nest", () => {
  test("gathers the fields of a section in one object", () => {
    expect(
      nest([
        ["model.temperature", 0.3],
        ["timeouts.generationTimeout", null],
        ["model.topP", 1],
      ]),
    ).toEqual({ model: { temperature: 0.3, topP: 1 }, timeouts: { generationTimeout: null } });
  });
});

describe("isSameValue", () => {
  test.each([
    [0.7, 0.7, true],
    [[0.5, 0.9], [0.5, 0.9], true],
    [[0.9, 0.5], [0.5, 0.9], false],
    [{ a: 1, b: 2 }, { b: 2, a: 1 }, true],
    [{ a: undefined }, { b: undefined }, false],
    [[], {}, false],
    [null, undefined, false],
    ["1", 1, false],
  ])("%j and %j: %s", (left, right, same) => {
    expect(isSameValue(left, right)).toBe(same);
  });
});
