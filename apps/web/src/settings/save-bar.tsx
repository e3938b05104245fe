import { CircleAlert, PencilLine } from "lucide-react";
import { useState } from "react";
import { Button } from "../ui/button.tsx";
import { textInputClassNames } from "../ui/text-field.tsx";

interface SaveBarProps {
  changeCount: number;
  issueCount: number;
  isSaving: boolean;
  wasRestored: boolean;
  failure?: string;
  /** What pressing the button does: saves with a note, or shows first what would be saved. */
  way?: "save" | "review";
  onDiscard(): void;
  onSave(note: string): void;
}

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** The one place where the page's changes are saved or dropped. */
export function SaveBar(props: SaveBarProps) {
  const { changeCount, issueCount, isSaving, wasRestored, failure, way = "save", onDiscard, onSave } = props;
  const [note, setNote] = useState("");
  const isStuck = issueCount > 0 || failure !== undefined;
  return (
    <form
      aria-label="Unsaved changes"
      data-save-bar
      onSubmit={(event) => {
        event.preventDefault();
        if (!isSaving) onSave(note.trim());
      }}
      className="fixed inset-x-3 bottom-3 z-30 animate-appear rounded-xl border border-line-strong bg-surface px-4 py-3 shadow-pop lg:left-[calc(15rem+1.5rem)] lg:mx-auto lg:max-w-3xl"
    >
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2.5">
        <div role="status" className="flex min-w-0 items-center gap-2 text-[0.8125rem]">
          {isStuck ? (
            <CircleAlert aria-hidden className="size-4 shrink-0 text-bad" />
          ) : (
            <PencilLine aria-hidden className="size-4 shrink-0 text-accent-ink" />
          )}
          <span>
            <strong className="whitespace-nowrap font-semibold">
              {changeCount} unsaved {changeCount === 1 ? "change" : "changes"}
            </strong>
            {issueCount > 0 && (
              <span className="whitespace-nowrap font-semibold text-bad-ink"> · {issueCount} to fix</span>
            )}
            {wasRestored && issueCount === 0 && !failure && <span className="text-muted"> · restored</span>}
            {failure && <span className="block text-bad-ink">Not saved: {failure}</span>}
          </span>
        </div>
        {way === "save" && (
          <input
            aria-label="Note for the audit log (optional)"
            placeholder="Audit note (optional)"
            value={note}
            maxLength={500}
            onChange={(event) => setNote(event.target.value)}
            className={`${textInputClassNames} min-w-0 flex-1 basis-44 text-[0.8125rem]`}
          />
        )}
        <div className="ml-auto flex gap-1.5">
          <Button look="ghost" onClick={onDiscard}>
            Discard
          </Button>
          <Button
            look="primary"
            type="submit"
            isBusy={isSaving}
            aria-keyshortcuts={isMac ? "Meta+S" : "Control+S"}
          >
            {way === "save" ? "Save" : "Review and save"}
            <kbd
              aria-hidden
              className="hidden rounded border border-on-accent/40 px-1 font-sans text-2xs leading-4 sm:inline"
            >
              {isMac ? "⌘S" : "Ctrl S"}
            </kbd>
          </Button>
        </div>
      </div>
    </form>
  );
}
