import type { ReactNode } from "react";
import { Chip } from "../../ui/chip.tsx";
import { EntryNotes } from "./entry-notes.tsx";
import type { EntryState } from "./entry-state.ts";

interface PolicyRowProps {
  id: string;
  label: string;
  help: string;
  /** What is known of the setting beside its help. */
  fact?: string;
  state: EntryState;
  children: ReactNode;
}

/** One part of the policy: what it is on the left, what is imposed on the right. */
export function PolicyRow({ id, label, help, fact, state, children }: PolicyRowProps) {
  const { isEdited } = state;
  return (
    <div
      data-edited={isEdited || undefined}
      className="relative grid gap-x-8 gap-y-2 border-line border-t px-4 py-4 last:rounded-b-xl sm:px-5 md:grid-cols-[minmax(0,1fr)_minmax(0,20.5rem)]"
    >
      {isEdited && <span aria-hidden className="absolute inset-y-0 left-0 w-0.5 bg-accent" />}
      <div className="min-w-0">
        <div className="flex min-h-6 flex-wrap items-center gap-x-1.5">
          <label id={`${id}-label`} htmlFor={id} className="font-medium">
            {label}
          </label>
          {isEdited && <Chip tone="accent">Edited</Chip>}
        </div>
        <p id={`${id}-help`} className="max-w-prose text-[0.8125rem] text-muted">
          {help}
        </p>
        {fact && <p className="mt-1 text-faint text-xs">{fact}</p>}
      </div>
      <div className="min-w-0">
        {children}
        <EntryNotes id={id} state={state} />
      </div>
    </div>
  );
}
