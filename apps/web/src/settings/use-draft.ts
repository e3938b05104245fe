import { useCallback, useEffect, useState } from "react";
import {
  type Draft,
  type DraftEntry,
  emptyDraft,
  parseDraft,
  type SavedField,
  settled,
  withEntry,
} from "./draft.ts";

const prefix = "ai-config.draft.";

export interface DraftControl {
  draft: Draft;
  /** The draft was found in storage: these edits were made before a reload. */
  wasRestored: boolean;
  change(path: string, entry: DraftEntry, saved: SavedField): void;
  discard(): void;
  settle(saved: Draft["entries"], version: number): void;
  /** Says that the draft is to be saved on top of this version; with `from`, only if it was on that one. */
  rebase(version: number, from?: number): void;
}

/** The unsaved changes of one owner, kept in this tab's storage until they are saved or discarded. */
export function useDraft(key: string, version: number): DraftControl {
  const [restored] = useState(() => parseDraft(sessionStorage.getItem(prefix + key)));
  const [draft, setDraft] = useState<Draft>(restored ?? emptyDraft(version));
  const isEmpty = Object.keys(draft.entries).length === 0;

  useEffect(() => {
    if (isEmpty) sessionStorage.removeItem(prefix + key);
    else sessionStorage.setItem(prefix + key, JSON.stringify(draft));
  }, [draft, isEmpty, key]);

  const change = useCallback(
    (path: string, entry: DraftEntry, saved: SavedField) =>
      setDraft((current) => {
        // The base is the version the first edit was made on, however long ago the page was opened.
        const base = Object.keys(current.entries).length === 0 ? emptyDraft(version) : current;
        return withEntry(base, path, entry, saved);
      }),
    [version],
  );

  return {
    draft,
    wasRestored: restored !== null && !isEmpty,
    change,
    discard: () => setDraft(emptyDraft(version)),
    settle: (saved, savedVersion) => setDraft((current) => settled(current, saved, savedVersion)),
    rebase: (baseVersion, from) =>
      setDraft((current) =>
        from === undefined || current.baseVersion === from ? { ...current, baseVersion } : current,
      ),
  };
}

/** Forgets every draft of this tab, as when someone signs out. */
export function forgetDrafts() {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith(prefix)) sessionStorage.removeItem(key);
  }
}
