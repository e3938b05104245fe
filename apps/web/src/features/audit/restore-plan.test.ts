import { expect, test } from "vitest";
import { isRestorable, planRestore, type RecordedChange } from "./restore-plan.ts";

let count = 0;

function recorded(
  configId: string,
  action: "insert" | "update" | "delete",
  version: number,
  changes: Record<string, [from: unknown, to: unknown]>,
): RecordedChange {
  count += 1;
  return {
    id: String(count),
    subject: "configuration",
    configId,
    configName: "default",
    action,
    version,
    changes: Object.entries(changes).map(([path, [from, to]]) => ({ path, from, to })),
  };
}

const made = recorded("a", "insert", 1, { "model.temperature": [null, 0.1], "model.topP": [null, 0.5] });
const warmer = recorded("a", "update", 2, { "model.temperature": [0.1, 0.2], "model.topP": [0.5, null] });
const budget = recorded("a", "update", 3, {
  "model.temperature": [0.2, 0.3],
  "costBudget.dailyBudget": [null, 5],
});
const gone = recorded("a", "delete", 3, {
  "model.temperature": [0.3, null],
  "costBudget.dailyBudget": [5, null],
});

test("the way back is told from now to then, over everything in between", () => {
  expect(planRestore([budget, warmer, made], made)).toEqual({
    changes: [
      { path: "costBudget.dailyBudget", from: 5, to: null },
      { path: "model.temperature", from: 0.3, to: 0.1 },
      { path: "model.topP", from: null, to: 0.5 },
    ],
    expectedVersion: 3,
  });
});

test("what came and went in between is no change", () => {
  const back = recorded("a", "update", 3, { "model.temperature": [0.2, 0.1], "model.topP": [null, 0.5] });
  expect(planRestore([back, warmer, made], made).changes).toEqual([]);
});

test("entries of other rows and of other things count for nothing", () => {
  const other = recorded("b", "update", 9, { "model.temperature": [0, 1] });
  const key = { ...recorded("a", "update", 7, { keyVersion: [1, 2] }), subject: "key" };
  expect(planRestore([other, key, warmer, made], made)).toMatchObject({
    changes: [{ path: "model.temperature" }, { path: "model.topP" }],
    expectedVersion: 2,
  });
});

test("of a deletion comes back what it deleted", () => {
  expect(planRestore([gone, budget, warmer, made], gone)).toEqual({
    changes: [
      { path: "costBudget.dailyBudget", from: null, to: 5 },
      { path: "model.temperature", from: null, to: 0.3 },
    ],
    expectedVersion: 0,
  });
});

test("a row that is gone comes back as it was at the entry", () => {
  expect(planRestore([gone, budget, warmer, made], warmer)).toEqual({
    changes: [{ path: "model.temperature", from: null, to: 0.2 }],
    expectedVersion: 0,
  });
});

test("where another row has the name by now, that one is changed", () => {
  const anew = recorded("b", "insert", 1, { "model.temperature": [null, 0.9], "model.topP": [null, 0.4] });
  const later = recorded("b", "update", 2, { "model.temperature": [0.9, 0.8] });
  expect(planRestore([later, anew, gone, budget, warmer, made], gone)).toEqual({
    changes: [
      { path: "costBudget.dailyBudget", from: null, to: 5 },
      { path: "model.temperature", from: 0.8, to: 0.3 },
      { path: "model.topP", from: 0.4, to: null },
    ],
    expectedVersion: 2,
  });
});

test("a row keeps its name", () => {
  const renamed = recorded("a", "update", 2, { configName: ["old", "default"] });
  expect(planRestore([renamed, made], made).changes).toEqual([]);
});

test("the present state and what is no configuration cannot be restored", () => {
  expect(isRestorable([warmer, made], warmer)).toBe(false);
  expect(isRestorable([warmer, made], made)).toBe(true);
  expect(isRestorable([gone, made], gone)).toBe(true);
  expect(isRestorable([warmer, made], { ...made, subject: "policy" })).toBe(false);
});
