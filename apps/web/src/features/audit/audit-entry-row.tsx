import { ArrowRight } from "lucide-react";
import type { AuditEntry } from "../../data/use-audit-log.ts";
import { formatAbsolute, formatRelative } from "../../lib/format-time.ts";
import { Avatar } from "../../shell/avatar.tsx";
import { describeChange, describeDeed } from "./describe-change.ts";

interface AuditEntryRowProps {
  entry: AuditEntry;
  /** The organization's name; undefined where it is the reader's own. */
  of: string | undefined;
  modelName(id: string): string;
}

/** One change: who, what, from what to what, when; the rest on demand. */
export function AuditEntryRow({ entry, of, modelName }: AuditEntryRowProps) {
  const changes = entry.changes.map((change) => describeChange(change, modelName));
  const actor = entry.actor.name ?? (entry.actor.type === "user" ? "A former member" : "The system");
  return (
    <li className="flex gap-3 border-line border-t px-4 py-3.5 first:border-t-0 sm:px-5">
      <Avatar name={actor} isRound />
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-baseline gap-x-3">
          <p className="min-w-0 break-words">
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
          <dl className="mt-1.5 space-y-1.5">
            {changes.map((change) => (
              <div key={change.label} className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
                <dt className="text-[0.8125rem]">{change.label}</dt>
                <dd className="flex min-w-0 flex-wrap items-center gap-1.5 font-mono text-xs">
                  <Side tone="from" text={change.from} />
                  <ArrowRight aria-hidden className="size-3 shrink-0 text-faint" />
                  <span className="sr-only">to</span>
                  <Side tone="to" text={change.to} />
                </dd>
              </div>
            ))}
          </dl>
        )}
        {entry.reason && <p className="mt-1.5 break-words text-[0.8125rem]">“{entry.reason}”</p>}
        <details className="mt-1 text-xs">
          <summary className="inline-flex min-h-6 cursor-default items-center rounded font-medium text-muted hover:text-ink">
            Details
          </summary>
          <dl className="mt-1 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-muted">
            <dt>When</dt>
            <dd>{formatAbsolute(entry.changedAt)}</dd>
            <dt>Version</dt>
            <dd>{entry.version ?? "none"}</dd>
            <dt>Request</dt>
            <dd className="break-all font-mono">{entry.requestId ?? "not known"}</dd>
            <dt>Entry</dt>
            <dd className="break-all font-mono">{entry.id}</dd>
          </dl>
        </details>
      </div>
    </li>
  );
}

function Side({ tone, text }: { tone: "from" | "to"; text: string | undefined }) {
  if (text === undefined) return <span className="text-muted">not set</span>;
  return (
    <span
      className={
        tone === "from"
          ? "break-all rounded bg-bad-soft px-1.5 py-0.5 text-bad-ink"
          : "break-all rounded bg-good-soft px-1.5 py-0.5 text-good-ink"
      }
    >
      {text}
    </span>
  );
}
