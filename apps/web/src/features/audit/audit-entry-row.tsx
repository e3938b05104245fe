import { RotateCcw } from "lucide-react";
import { useId } from "react";
import type { AuditEntry } from "../../data/use-audit-log.ts";
import { formatAbsolute, formatRelative } from "../../lib/format-time.ts";
import { Avatar } from "../../shell/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { ChangeList } from "./change-list.tsx";
import { describeChanges } from "./describe-change.ts";
import { actorName, describeDeed } from "./describe-deed.ts";
import { viaText } from "./via-words.ts";

/** Of what came there is only what it is, of what went only what it was. */
const wholeSides = { insert: "to", update: undefined, delete: "from" } as const;

interface AuditEntryRowProps {
  entry: AuditEntry;
  /** The organization's name; undefined where it is the reader's own. */
  of: string | undefined;
  modelName(id: string): string;
  /** Absent where there is nothing to go back to. */
  onRestore: (() => void) | undefined;
}

/** One change: who, what, from what to what, when; the rest on demand. */
export function AuditEntryRow({ entry, of, modelName, onRestore }: AuditEntryRowProps) {
  const deedId = useId();
  const changes = describeChanges(entry.changes, modelName);
  const actor = actorName(entry.actor);
  return (
    <li className="flex gap-3 border-line border-t px-4 py-3.5 first:border-t-0 sm:px-5">
      <Avatar name={actor} isRound />
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-baseline gap-x-3">
          <p id={deedId} className="min-w-0 break-words">
            <strong className="font-semibold">{actor}</strong>{" "}
            <span className="text-muted">{describeDeed(entry, of)}</span>
          </p>
          <time
            dateTime={entry.changedAt}
            title={formatAbsolute(entry.changedAt)}
            className="ml-auto whitespace-nowrap text-muted text-xs"
          >
            {formatRelative(entry.changedAt, new Date())}
          </time>
        </div>
        {changes.length > 0 && (
          <div className="mt-1.5">
            <ChangeList changes={changes} only={wholeSides[entry.action]} />
          </div>
        )}
        {entry.reason && <p className="mt-1.5 break-words text-[0.8125rem]">“{entry.reason}”</p>}
        <div className="mt-1 flex flex-wrap items-start gap-x-3">
          <details className="min-w-0 flex-1 basis-16 text-xs open:basis-full">
            <summary className="inline-flex min-h-6 cursor-default items-center rounded font-medium text-muted hover:text-ink">
              Details
            </summary>
            <dl className="mt-1 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-muted">
              <dt>When</dt>
              <dd>{formatAbsolute(entry.changedAt)}</dd>
              <dt>Through</dt>
              <dd>{viaText(entry.via)}</dd>
              {entry.version !== null && (
                <>
                  <dt>Version</dt>
                  <dd>{entry.version}</dd>
                </>
              )}
              <dt>Request</dt>
              <dd className="break-all font-mono">{entry.requestId ?? "not known"}</dd>
              <dt>Entry</dt>
              <dd className="break-all font-mono">{entry.id}</dd>
            </dl>
          </details>
          {onRestore && (
            <Button
              look="ghost"
              size="small"
              aria-describedby={deedId}
              onClick={onRestore}
              className="-mr-2.5 -mb-1 ml-auto"
            >
              <RotateCcw aria-hidden className="size-3.5" />
              Restore this state
            </Button>
          )}
        </div>
      </div>
    </li>
  );
}
