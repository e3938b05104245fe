import type { Issue } from "@ai-config/config-core";

/** How one part of the policy stands in the draft. */
export interface EntryState {
  /** What it says now, the draft counted in; undefined where it says nothing. */
  value: unknown;
  isEdited: boolean;
  /** Somebody else saved this since the edit began. */
  contested?: { text: string; use(): void };
  issues: readonly Issue[];
}
