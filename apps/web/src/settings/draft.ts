import { isSameValue, nest, valueAt } from "../lib/path-value.ts";

/** What a person wants a field of this layer to be: a value, or nothing, so that it is inherited. */
export type DraftEntry = { mode: "set"; value: unknown } | { mode: "inherit" };

/** The unsaved changes of one owner's row, and the version of that row they were begun on. */
export interface Draft {
  baseVersion: number;
  entries: Readonly<Record<string, DraftEntry>>;
  /**
   * What was shown for each changed field when its edit began, null for nothing; if that is no longer saved,
   * someone else was quicker.
   */
  seen: Readonly<Record<string, unknown>>;
}

/** A draft without changes, begun on this version of the row. */
export function emptyDraft(baseVersion: number): Draft {
  return { baseVersion, entries: {}, seen: {} };
}

/**
 * Puts one wish into the draft. A wish for what is already so is no change: it leaves the draft, so that editing
 * back to the saved state also takes the mark away.
 */
export function withEntry(draft: Draft, path: string, entry: DraftEntry, saved: SavedField): Draft {
  const isUnchanged =
    entry.mode === "inherit"
      ? saved.own === undefined
      : isSameValue(entry.value, saved.own === undefined ? saved.shown : saved.own);
  if (isUnchanged) return withoutEntries(draft, [path]);
  const seen = path in draft.entries ? draft.seen : { ...draft.seen, [path]: saved.shown ?? null };
  return { ...draft, entries: { ...draft.entries, [path]: entry }, seen };
}

/** How a field stands before the draft: what the layer itself stores, and what is shown for it. */
export interface SavedField {
  own: unknown;
  shown: unknown;
}

/** The draft without these fields. */
export function withoutEntries(draft: Draft, paths: readonly string[]): Draft {
  return { ...draft, entries: without(draft.entries, paths), seen: without(draft.seen, paths) };
}

/** Takes out what has been saved. What was edited again while the save was on its way stays. */
export function settled(draft: Draft, saved: Draft["entries"], version: number): Draft {
  const done = Object.keys(saved).filter((path) => isSameValue(saved[path], draft.entries[path]));
  const rest = withoutEntries(draft, done);
  // What these fields show now is this very save, not someone else's.
  return { ...rest, baseVersion: version, seen: without(rest.seen, Object.keys(saved)) };
}

function without<Value>(record: Readonly<Record<string, Value>>, paths: readonly string[]) {
  return Object.fromEntries(Object.entries(record).filter(([path]) => !paths.includes(path)));
}

/** The merge patch of only the changed fields; null takes a field out of the layer. */
export function patchOf(entries: Draft["entries"]): Record<string, unknown> {
  return nest(
    Object.entries(entries).map(
      ([path, entry]) => [path, entry.mode === "set" ? entry.value : null] as const,
    ),
  );
}

/** The patch that puts the same fields back to what the layer stored before. */
export function undoPatchOf(entries: Draft["entries"], before: unknown): Record<string, unknown> {
  return nest(Object.keys(entries).map((path) => [path, valueAt(before, path) ?? null] as const));
}

/** Reads a draft from storage; anything that is not one counts as none. */
export function parseDraft(text: string | null): Draft | null {
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return isDraft(value) && Object.keys(value.entries).length > 0 ? value : null;
  } catch {
    return null;
  }
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== "object" || value === null) return false;
  const { baseVersion, entries, seen } = value as Partial<Draft>;
  return (
    typeof baseVersion === "number" &&
    typeof entries === "object" &&
    entries !== null &&
    typeof seen === "object" &&
    seen !== null &&
    Object.values(entries).every((entry) => entry?.mode === "set" || entry?.mode === "inherit")
  );
}
