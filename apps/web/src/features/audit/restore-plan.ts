import { isSameValue } from "../../lib/path-value.ts";
import type { Change } from "./describe-change.ts";

/** What of an entry it takes to know what restoring would do. */
export interface RecordedChange {
  id: string;
  subject: string;
  configId: string;
  configName: string | null;
  action: string;
  version: number | null;
  changes: readonly Change[];
}

export interface RestorePlan {
  /** From what is now to what was then. */
  changes: Change[];
  /** The version that these changes start from; 0 where there is no such configuration now. */
  expectedVersion: number;
}

/** Whether the outcome of an entry may differ from what is now. `entries` are the latest ones, newest first. */
export function isRestorable(entries: readonly RecordedChange[], entry: RecordedChange): boolean {
  if (entry.subject !== "configuration") return false;
  return entry.action === "delete" || historyOf(entries, entry.configId)[0]?.id !== entry.id;
}

/**
 * What restoring an entry's outcome would change, told from the entries since then, newest first; of a deletion,
 * what it deleted comes back.
 */
export function planRestore(entries: readonly RecordedChange[], entry: RecordedChange): RestorePlan {
  const history = historyOf(entries, entry.configId);
  const since = history.slice(
    0,
    history.findIndex(({ id }) => id === entry.id),
  );
  const undone = entry.action === "delete" ? [...since, entry] : since;
  const then = new Map<string, unknown>();
  const now = new Map<string, unknown>();
  for (const { changes } of undone) {
    for (const { path, from, to } of changes) {
      if (!now.has(path)) now.set(path, to ?? null);
      then.set(path, from ?? null);
    }
  }
  const [latest] = history;
  if (latest?.action !== "delete")
    return { changes: between(now, then), expectedVersion: latest?.version ?? 0 };
  const heir = heirOf(entries, entry);
  if (heir === undefined) return { changes: between(now, then), expectedVersion: 0 };
  return { changes: between(stateOf(heir), then), expectedVersion: heir[0]?.version ?? 0 };
}

function historyOf(entries: readonly RecordedChange[], configId: string): RecordedChange[] {
  return entries.filter((entry) => entry.subject === "configuration" && entry.configId === configId);
}

/** The history of the row that has the name of a deleted one by now. */
function heirOf(entries: readonly RecordedChange[], entry: RecordedChange): RecordedChange[] | undefined {
  const latest = entries.find(
    ({ subject, configName, configId }) =>
      subject === "configuration" && configName === entry.configName && configId !== entry.configId,
  );
  if (latest === undefined || latest.action === "delete") return undefined;
  return historyOf(entries, latest.configId);
}

/** What a row is now, by everything that was done to it. */
function stateOf(history: readonly RecordedChange[]): Map<string, unknown> {
  const state = new Map<string, unknown>();
  for (const { changes } of history.toReversed()) {
    for (const { path, to } of changes) state.set(path, to ?? null);
  }
  return state;
}

/** A row keeps its name whatever it is restored to. */
function between(now: ReadonlyMap<string, unknown>, then: ReadonlyMap<string, unknown>): Change[] {
  const paths = new Set([...now.keys(), ...then.keys()]);
  paths.delete("configName");
  return [...paths]
    .map((path) => ({ path, from: now.get(path) ?? null, to: then.get(path) ?? null }))
    .filter(({ from, to }) => !isSameValue(from, to))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
