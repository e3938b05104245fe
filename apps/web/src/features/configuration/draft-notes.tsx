import type { Issue } from "@ai-config/config-core";
import { CircleAlert } from "lucide-react";
import type { Model } from "../../data/use-models.ts";
import { formatValue } from "../../settings/format-value.ts";
import type { FieldState } from "./field-state.ts";

interface DraftNotesProps {
  id: string;
  state: FieldState;
  issue: Issue | undefined;
  models: Record<string, Model>;
  /** Takes the edit out of the draft. Absent where nothing may be edited. */
  onTakeBack?: () => void;
}

/** What is wrong with an edit, and what has become of the field since it began. */
export function DraftNotes({ id, state, issue, models, onTakeBack }: DraftNotesProps) {
  const { field, isLocked, isEdited, isContested, savedValue } = state;
  return (
    <>
      {issue && (
        <p id={`${id}-issue`} className="mt-1 flex items-start gap-1 font-medium text-bad-ink text-xs">
          <CircleAlert aria-hidden className="mt-px size-3.5 shrink-0" />
          {issue.message}
        </p>
      )}
      {isLocked && isEdited && onTakeBack && (
        <button
          type="button"
          onClick={onTakeBack}
          className="min-h-6 font-medium text-accent-ink text-xs underline underline-offset-2"
        >
          Take my change back
        </button>
      )}
      {isContested && !isLocked && (
        <p className="mt-1 flex flex-wrap items-center gap-x-2 text-warn-ink text-xs">
          Meanwhile changed to {formatValue(field, savedValue, models)}.
          <button
            type="button"
            onClick={onTakeBack}
            className="min-h-6 font-medium underline underline-offset-2"
          >
            Use it
          </button>
        </p>
      )}
    </>
  );
}
