import { type FieldExplanation, type FieldSource, fieldAt, type Policy } from "@ai-config/config-core";
import { describe, expect, test } from "vitest";
import { entryOf, fieldStateOf, type OwnLayer } from "./field-state.ts";

const own: OwnLayer = { source: "user", id: "mine", configName: "default", priority: 0 };
const defaults: FieldSource = { value: 0.7, source: "defaults", layer: { source: "defaults" } };
const organization: FieldSource = {
  value: 0.5,
  source: "organization",
  layer: { source: "organization", id: "theirs", name: "default" },
};
const mine: FieldSource = {
  value: 0.9,
  source: "user",
  layer: { source: "user", id: "mine", name: "default" },
};

function stateOf(chain: [FieldSource, ...FieldSource[]], entry?: Parameters<typeof fieldStateOf>[3]) {
  const field = fieldAt("model.temperature");
  if (!field) throw new Error("model.temperature is not in the registry");
  const [winner, ...hidden] = chain;
  const explanation: FieldExplanation = { ...winner, hidden };
  return fieldStateOf(field, explanation, own, entry);
}

describe("a field that inherits", () => {
  test("shows the value and the source that decides", () => {
    expect(stateOf([organization, defaults])).toMatchObject({
      value: 0.5,
      isSetHere: false,
      isEdited: false,
      winner: organization,
      savedOwn: undefined,
    });
  });

  test("becomes set here by an edit, and would go back to what it inherited", () => {
    const state = stateOf([organization, defaults], { mode: "set", value: 0.2 });
    expect(state).toMatchObject({ value: 0.2, isSetHere: true, isEdited: true, inherited: organization });
    expect(state.chain.map((item) => item.value)).toEqual([0.2, 0.5, 0.7]);
  });
});

describe("a field that is set here", () => {
  test("names what a reset would give: the nearest value below, not the default", () => {
    expect(stateOf([mine, organization, defaults])).toMatchObject({
      isSetHere: true,
      savedOwn: 0.9,
      inherited: { value: 0.5, source: "organization" },
    });
  });

  test("shows the inherited value as soon as it is reset", () => {
    const state = stateOf([mine, organization, defaults], { mode: "inherit" });
    expect(state).toMatchObject({ value: 0.5, isSetHere: false, isEdited: true, savedOwn: 0.9 });
    expect(state.chain).not.toContainEqual(expect.objectContaining({ source: "user" }));
  });

  test("is told to be redundant when it equals what it hides", () => {
    expect(stateOf([{ ...mine, value: 0.5 }, organization, defaults]).isRedundant).toBe(true);
    expect(stateOf([mine, organization, defaults]).isRedundant).toBe(false);
  });
});

describe("a field that is edited", () => {
  const field = fieldAt("model.temperature");
  const explanation: FieldExplanation = { ...mine, hidden: [defaults] };

  test("is contested once something else was saved after the edit began", () => {
    if (!field) throw new Error("model.temperature is not in the registry");
    const entry = { mode: "set", value: 0.2 } as const;
    expect(fieldStateOf(field, explanation, own, entry, 0.7).isContested).toBe(true);
    expect(fieldStateOf(field, explanation, own, entry, 0.9).isContested).toBe(false);
    expect(fieldStateOf(field, explanation, own, undefined, 0.7).isContested).toBe(false);
  });
});

describe("a field that is absent unless someone sets it", () => {
  const nothing: FieldSource = { value: undefined, source: "defaults", layer: { source: "defaults" } };

  test("shows nothing, from nobody", () => {
    const state = optionalStateOf("model.topK", [nothing]);
    expect(state).toMatchObject({ isSetHere: false, chain: [], winner: nothing, inherited: nothing });
    expect(state.value).toBeUndefined();
  });

  test("has no default to hide once it is set", () => {
    const state = optionalStateOf("model.topK", [{ ...mine, value: 40 }, nothing]);
    expect(state).toMatchObject({ value: 40, isSetHere: true, isRedundant: false, inherited: nothing });
    expect(state.chain).toHaveLength(1);
  });

  test("is contested once someone else set what was nothing when the edit began", () => {
    const entry = { mode: "set", value: 30 } as const;
    expect(optionalStateOf("model.topK", [nothing], entry, null).isContested).toBe(false);
    const theirs = [{ ...organization, value: 20 }, nothing] as const;
    expect(optionalStateOf("model.topK", theirs, entry, null).isContested).toBe(true);
  });

  test("is reset by emptying its control, where that is what a reset gives", () => {
    const unset = { mode: "inherit" };
    expect(entryOf(optionalStateOf("model.topK", [nothing]), null)).toEqual(unset);
    expect(entryOf(optionalStateOf("model.stopSequences", [nothing]), [])).toEqual(unset);
  });

  test("is emptied for good where a value would be inherited instead", () => {
    const topK = optionalStateOf("model.topK", [{ ...organization, value: 20 }, nothing]);
    expect(entryOf(topK, null)).toEqual({ mode: "set", value: null });
    const texts = optionalStateOf("model.stopSequences", [{ ...organization, value: ["END"] }, nothing]);
    expect(entryOf(texts, [])).toEqual({ mode: "set", value: [] });
  });

  test("keeps its wish for a budget while the number is typed", () => {
    const thinking = optionalStateOf("model.thinking", [nothing]);
    expect(entryOf(thinking, null)).toEqual({ mode: "set", value: null });
    expect(entryOf(thinking, "adaptive")).toEqual({ mode: "set", value: "adaptive" });
  });
});

function optionalStateOf(
  path: string,
  [winner, ...hidden]: readonly [FieldSource, ...FieldSource[]],
  entry?: Parameters<typeof fieldStateOf>[3],
  seen?: unknown,
) {
  const field = fieldAt(path);
  if (!field) throw new Error(`${path} is not in the registry`);
  return fieldStateOf(field, { ...winner, hidden }, own, entry, seen);
}

describe("a stronger source", () => {
  const trial: FieldSource = {
    value: 0.1,
    source: "user",
    layer: { source: "user", id: "trial", name: "trial", priority: 9 },
  };
  const named: FieldSource = {
    value: 0.4,
    source: "user",
    layer: { source: "user", id: "other", name: "night", priority: 5 },
  };

  test("is named as overruling what is set here", () => {
    expect(stateOf([trial, mine, defaults])).toMatchObject({
      winner: trial,
      overruledBy: trial,
      value: 0.9,
    });
  });

  test("may be another row of the same owner, and it is not mistaken for this one", () => {
    expect(stateOf([named, defaults])).toMatchObject({ isSetHere: false, winner: named, overruledBy: named });
  });
});

describe("a policy", () => {
  const by = { source: "policy", name: "Acme" } as const;
  const held = (
    rules: Policy,
    chain: [FieldSource, ...FieldSource[]],
    entry?: Parameters<typeof fieldStateOf>[3],
  ) => {
    const field = fieldAt("model.temperature");
    if (!field) throw new Error("model.temperature is not in the registry");
    const [winner, ...hidden] = chain;
    return fieldStateOf(field, { ...winner, hidden }, own, entry, undefined, { rules, name: "Acme" });
  };
  const limited: FieldSource = { value: 0.5, source: "policy", layer: by };
  const atMostHalf: Policy = { fields: { "model.temperature": { max: 0.5 } } };

  test("limits what is set here, which stays to be seen and changed", () => {
    const state = held(atMostHalf, [limited, mine, defaults]);
    expect(state).toMatchObject({
      value: 0.9,
      isSetHere: true,
      isLocked: false,
      winner: limited,
      overruledBy: limited,
      resetValue: 0.5,
      inherited: { value: 0.7 },
      imposed: { kind: "max", message: "Limited to 0.5 by Acme." },
    });
    expect(state.chain.map(({ value }) => value)).toEqual([0.5, 0.9, 0.7]);
  });

  test("lets go of a value that a draft brings within its bounds, and limits one that leaves them", () => {
    const within = held(atMostHalf, [limited, mine, defaults], { mode: "set", value: 0.4 });
    expect(within).toMatchObject({ winner: { value: 0.4, source: "user" }, overruledBy: undefined });
    expect(within.imposed).toBeUndefined();
    const beyond = held(atMostHalf, [{ ...mine, value: 0.4 }, defaults], { mode: "set", value: 0.6 });
    expect(beyond).toMatchObject({ value: 0.6, winner: limited, imposed: { kind: "max" } });
  });

  test("limits what is inherited", () => {
    expect(held(atMostHalf, [limited, defaults])).toMatchObject({ value: 0.5, isSetHere: false });
  });

  test("locks a field to its own value, whatever is set here", () => {
    const locked = { ...limited, value: 0.2 };
    const state = held({ fields: { "model.temperature": { lock: 0.2 } } }, [locked, mine, defaults]);
    expect(state).toMatchObject({
      value: 0.2,
      isLocked: true,
      savedOwn: 0.9,
      imposed: { message: "Locked by Acme." },
    });
  });
});

describe("two rows of one owner with the same priority", () => {
  const older = "2026-03-01T10:00:00.000100Z";
  const younger = "2026-03-01T10:00:00.000200Z";
  const stored = (createdAt: string): OwnLayer => ({ ...own, createdAt });
  const night = (createdAt: string, id = "other"): FieldSource => ({
    value: 0.4,
    source: "user",
    layer: { source: "user", id, name: "night", priority: 0, createdAt },
  });
  const here = (createdAt: string): FieldSource => ({
    ...mine,
    layer: { source: "user", id: "mine", name: "default", priority: 0, createdAt },
  });
  const field = fieldAt("model.temperature");
  if (!field) throw new Error("model.temperature is not in the registry");

  test("the younger one decides", () => {
    const winner = night(younger);
    const state = fieldStateOf(field, { ...winner, hidden: [here(older), defaults] }, stored(older));
    expect(state).toMatchObject({ winner, overruledBy: winner, inherited: defaults, value: 0.9 });
  });

  test("the older one is what this one hides", () => {
    const hidden = night(older);
    const explanation = { ...here(younger), hidden: [hidden, defaults] };
    expect(fieldStateOf(field, explanation, stored(younger))).toMatchObject({
      winner: here(younger),
      overruledBy: undefined,
      inherited: hidden,
    });
  });

  test("made in the same moment, the greater id decides", () => {
    const winner = night(older, "other");
    const state = fieldStateOf(field, { ...winner, hidden: [here(older)] }, stored(older));
    expect(state.overruledBy).toMatchObject(winner);
    const lesser = night(older, "a");
    expect(fieldStateOf(field, { ...here(older), hidden: [lesser] }, stored(older)).inherited).toEqual(
      lesser,
    );
  });

  test("one that this page is yet to store will be the younger", () => {
    const explanation = { ...night(younger), hidden: [defaults] };
    const state = fieldStateOf(field, explanation, { ...own, id: undefined }, { mode: "set", value: 0.2 });
    expect(state).toMatchObject({ winner: { value: 0.2 }, overruledBy: undefined });
  });
});
