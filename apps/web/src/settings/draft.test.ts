import { describe, expect, test } from "vitest";
import { emptyDraft, parseDraft, patchOf, settled, undoPatchOf, withEntry } from "./draft.ts";

const inherited = { own: undefined, shown: 0.7 };
const setHere = { own: 0.9, shown: 0.9 };
const path = "model.temperature";

describe("a draft", () => {
  test("holds only what differs from what is saved", () => {
    const edited = withEntry(emptyDraft(3), path, { mode: "set", value: 0.3 }, inherited);
    expect(edited).toEqual({
      baseVersion: 3,
      entries: { [path]: { mode: "set", value: 0.3 } },
      seen: { [path]: 0.7 },
    });
  });

  test("forgets a field that is edited back to the inherited value", () => {
    const edited = withEntry(emptyDraft(0), path, { mode: "set", value: 0.3 }, inherited);
    expect(withEntry(edited, path, { mode: "set", value: 0.7 }, inherited).entries).toEqual({});
  });

  test("forgets a field that is edited back to the stored value", () => {
    const edited = withEntry(emptyDraft(0), path, { mode: "inherit" }, setHere);
    expect(edited.entries).toEqual({ [path]: { mode: "inherit" } });
    expect(withEntry(edited, path, { mode: "set", value: 0.9 }, setHere).entries).toEqual({});
  });

  test("takes a reset of what is not stored as no change", () => {
    const edited = withEntry(emptyDraft(0), path, { mode: "set", value: 0.3 }, inherited);
    expect(withEntry(edited, path, { mode: "inherit" }, inherited).entries).toEqual({});
  });

  test("compares lists by their items", () => {
    const saved = { own: [0.5, 0.9], shown: [0.5, 0.9] };
    const entry = { mode: "set", value: [0.5, 0.9] } as const;
    expect(withEntry(emptyDraft(1), "costBudget.alertThresholds", entry, saved).entries).toEqual({});
  });

  test("keeps, after a save, what was edited again while the save was on its way", () => {
    const sent = {
      [path]: { mode: "set", value: 0.3 },
      "model.topP": { mode: "set", value: 0.5 },
    } as const;
    const draft = {
      baseVersion: 1,
      entries: { ...sent, "model.topP": { mode: "set", value: 0.6 } } as const,
      seen: { [path]: 0.7, "model.topP": 0.9 },
    };
    expect(settled(draft, sent, 2)).toEqual({
      baseVersion: 2,
      entries: { "model.topP": { mode: "set", value: 0.6 } },
      seen: {},
    });
  });

  test("remembers what was shown when the edit began, not what a later edit saw", () => {
    const first = withEntry(emptyDraft(1), path, { mode: "set", value: 0.3 }, inherited);
    const second = withEntry(first, path, { mode: "set", value: 0.4 }, { own: 0.6, shown: 0.6 });
    expect(second.seen).toEqual({ [path]: 0.7 });
  });
});

describe("a field that is set nowhere", () => {
  const absent = { own: undefined, shown: undefined };
  const effort = "model.effort";

  test("is chosen, saved and reset by patches that the layer understands", () => {
    const chosen = withEntry(emptyDraft(1), effort, { mode: "set", value: "low" }, absent);
    expect(patchOf(chosen.entries)).toEqual({ model: { effort: "low" } });
    expect(undoPatchOf(chosen.entries, {})).toEqual({ model: { effort: null } });

    const saved = { own: "low", shown: "low" };
    const reset = withEntry(emptyDraft(2), effort, { mode: "inherit" }, saved);
    expect(patchOf(reset.entries)).toEqual({ model: { effort: null } });
  });

  test("leaves the draft when it is reset before it was saved", () => {
    const chosen = withEntry(emptyDraft(1), effort, { mode: "set", value: "low" }, absent);
    expect(withEntry(chosen, effort, { mode: "inherit" }, absent)).toEqual(emptyDraft(1));
  });

  test("is remembered as showing nothing, through storage as well", () => {
    const chosen = withEntry(emptyDraft(1), effort, { mode: "set", value: "low" }, absent);
    expect(parseDraft(JSON.stringify(chosen))?.seen).toEqual({ [effort]: null });
  });
});

describe("the patches", () => {
  const entries = {
    [path]: { mode: "set", value: 0.3 },
    "costBudget.dailyBudget": { mode: "inherit" },
  } as const;

  test("name only the changed fields, and null for what is to be inherited", () => {
    expect(patchOf(entries)).toEqual({ model: { temperature: 0.3 }, costBudget: { dailyBudget: null } });
  });

  test("can be undone to exactly what was stored before", () => {
    expect(undoPatchOf(entries, { costBudget: { dailyBudget: 20 } })).toEqual({
      model: { temperature: null },
      costBudget: { dailyBudget: 20 },
    });
    expect(undoPatchOf(entries, undefined)).toEqual({
      model: { temperature: null },
      costBudget: { dailyBudget: null },
    });
  });
});

describe("a stored draft", () => {
  test("survives storage", () => {
    const draft = withEntry(emptyDraft(4), path, { mode: "set", value: 0.3 }, inherited);
    expect(parseDraft(JSON.stringify(draft))).toEqual(draft);
  });

  test.each([
    null,
    "",
    "{",
    "null",
    "[]",
    '{"baseVersion":1}',
    '{"baseVersion":1,"seen":{},"entries":{"a":{"mode":"x"}}}',
  ])("%j counts as none", (text) => {
    expect(parseDraft(text)).toBeNull();
  });

  test("without entries counts as none", () => {
    expect(parseDraft(JSON.stringify(emptyDraft(1)))).toBeNull();
  });
});
