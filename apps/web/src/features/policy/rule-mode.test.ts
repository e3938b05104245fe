import { FIELDS, fieldAt, validatePolicy } from "@ai-config/config-core";
import { expect, test } from "vitest";
import { modeOf, modesFor, ruleFor, withBound, withBreach } from "./rule-mode.ts";

const field = (path: string) => {
  const found = fieldAt(path);
  if (!found) throw new Error(`${path} is not in the registry`);
  return found;
};

test("only numbers may have limits", () => {
  const modes = (path: string) => modesFor(field(path)).map(({ value }) => value);
  expect(modes("model.maxTokens")).toEqual(["none", "lock", "bounds"]);
  expect(modes("model.streaming")).toEqual(["none", "lock"]);
  expect(modes("model.thinking")).toEqual(["none", "lock"]);
});

test("a lock begins with what the organization hands out", () => {
  expect(ruleFor("lock", field("model.temperature"), 0.3)).toEqual({ lock: 0.3 });
  expect(ruleFor("none", field("model.temperature"), 0.3)).toBeUndefined();
});

test("a lock of what nobody has set begins with a value that is valid", () => {
  for (const each of FIELDS) {
    if (!each.writable || each.control === "model") continue;
    const rule = ruleFor("lock", each, undefined);
    expect([each.path, validatePolicy({ fields: { [each.path]: rule } }).success]).toEqual([each.path, true]);
  }
});

test("bounds are changed one at a time", () => {
  const rule = withBreach(withBound({}, "max", 8192), "refuse");
  expect(rule).toEqual({ max: 8192, onBreach: "refuse" });
  expect(withBound(withBreach(rule, "clamp"), "max", null)).toEqual({});
  expect([undefined, { lock: 1 }, rule].map(modeOf)).toEqual(["none", "lock", "bounds"]);
});
