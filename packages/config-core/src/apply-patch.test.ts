import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { applyPatch, mergeLayers } from "./index.ts";

const plainJson = fc
  .jsonValue({ maxDepth: 4 })
  .filter((value) => !JSON.stringify(value).includes("__proto__"));

describe("applyPatch", () => {
  // RFC 7396, appendix A.
  test.each([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', "{}"],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['["a","b"]', '["c","d"]', '["c","d"]'],
    ['{"a":"b"}', '["c"]', '["c"]'],
    ['{"a":"foo"}', "null", "null"],
    ['{"a":"foo"}', '"bar"', '"bar"'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ["[1,2]", '{"a":"b","c":null}', '{"a":"b"}'],
    ["{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])("%s patched with %s gives %s", (target, patch, result) => {
    expect(applyPatch(JSON.parse(target), JSON.parse(patch))).toEqual(JSON.parse(result));
  });

  test("gives what the RFC's own recursive rule gives, changes neither argument, and is idempotent", () => {
    fc.assert(
      fc.property(plainJson, plainJson, (target, patch) => {
        const before = JSON.stringify([target, patch]);
        const result = applyPatch<unknown>(target, patch);
        expect(result).toEqual(mergePatch(target, patch));
        expect(JSON.stringify([target, patch])).toBe(before);
        expect(applyPatch(result, patch)).toEqual(result);
      }),
    );
  });

  test("never touches a prototype", () => {
    const patch = JSON.parse(
      '{"__proto__":{"isAdmin":true},"a":{"__proto__":{"isAdmin":true}},"constructor":{"prototype":{"isAdmin":true}}}',
    );
    const result = applyPatch<Record<string, object>>({}, patch);
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect(Object.getPrototypeOf(result.a)).toBe(Object.prototype);
    expect(Object.keys(result)).toEqual(["a", "constructor"]);
  });

  test("a hundred thousand levels do not exhaust the stack", () => {
    const deep = JSON.parse(`${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`);
    expect(applyPatch<unknown>({}, deep)).toHaveProperty("a.a.a");
  });
});

describe("mergeLayers", () => {
  test("never touches a prototype", () => {
    const layer = JSON.parse(
      '{"__proto__":{"isAdmin":true},"constructor":{"isAdmin":true},"model":{"__proto__":{"topP":1}}}',
    );
    expect(mergeLayers([layer])).toEqual({});
    expect(({} as Record<string, unknown>).isAdmin).toBeUndefined();
  });

  test("merges field by field: later layers win, lists are replaced whole", () => {
    expect(
      mergeLayers([
        { model: { temperature: 0.1, topP: 0.2 }, costBudget: { alertThresholds: [0.1, 0.2] } },
        {},
        { model: { temperature: 0.3 }, costBudget: { alertThresholds: [0.9] }, timeouts: {} },
      ]),
    ).toEqual({ model: { temperature: 0.3, topP: 0.2 }, costBudget: { alertThresholds: [0.9] } });
  });
});

/** The pseudo code of RFC 7396, section 2,. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const isObject = typeof target === "object" && target !== null && !Array.isArray(target);
  const result = new Map<string, unknown>(isObject ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else result.set(name, mergePatch(result.get(name), value));
  }
  return Object.fromEntries(result);
}
