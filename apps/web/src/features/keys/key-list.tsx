import { TriangleAlert } from "lucide-react";
import { useId } from "react";
import type { KeySummary } from "../../data/use-keys.ts";
import { formatAbsolute, formatRelative } from "../../lib/format-time.ts";
import { Button } from "../../ui/button.tsx";
import { Chip, type ChipTone } from "../../ui/chip.tsx";
import { rotationWords } from "./rotation-words.ts";

const states: Record<string, { word: string; tone: ChipTone }> = {
  active: { word: "Active", tone: "good" },
  grace: { word: "Being replaced", tone: "warn" },
  revoked: { word: "Revoked", tone: "neutral" },
};

interface KeyListProps {
  keys: readonly KeySummary[];
  /** Absent where the reader may only look. */
  onRevoke: ((key: KeySummary) => void) | undefined;
}

/** The slots of an owner: a table where there is room, a list of cards where there is not. */
export function KeyList({ keys, onRevoke }: KeyListProps) {
  return (
    <ul>
      {keys.map((key) => (
        <KeyRow
          key={`${key.slot}-${key.keyVersion}`}
          summary={key}
          onRevoke={onRevoke && (() => onRevoke(key))}
        />
      ))}
    </ul>
  );
}

function KeyRow({ summary, onRevoke }: { summary: KeySummary; onRevoke: (() => void) | undefined }) {
  const hintId = useId();
  const now = new Date();
  const state = states[summary.status] ?? { word: summary.status, tone: "neutral" as const };
  const rotation = rotationWords(summary.dueAt, now);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1.5 border-line border-t px-4 py-3.5 sm:px-5">
      <span className="w-20 font-medium">{summary.slot === "primary" ? "Primary" : "Secondary"}</span>
      <div className="min-w-0 flex-1 basis-48">
        <code id={hintId} className="block break-all font-mono text-[0.8125rem]">
          {summary.hint}
        </code>
        <p className="text-muted text-xs">
          Version {summary.keyVersion} · stored{" "}
          <time dateTime={summary.createdAt} title={formatAbsolute(summary.createdAt)}>
            {formatRelative(summary.createdAt, now)}
          </time>
        </p>
        {summary.expiresAt !== null && (
          <p className="text-muted text-xs">Usable until {formatAbsolute(summary.expiresAt)}</p>
        )}
        {!summary.readable && (
          <p className="flex gap-1 font-medium text-bad-ink text-xs">
            <TriangleAlert aria-hidden className="mt-px size-3.5 shrink-0" />
            {summary.slot === "primary"
              ? "What is stored of it cannot be opened, so requests fail. Enter the key again."
              : "What is stored of it cannot be opened, so it does not stand in for the primary key."}
          </p>
        )}
        {rotation && (
          <p
            className={
              rotation.isPast ? "flex gap-1 font-medium text-warn-ink text-xs" : "text-muted text-xs"
            }
          >
            {rotation.isPast && <TriangleAlert aria-hidden className="mt-px size-3.5 shrink-0" />}
            {rotation.text}
          </p>
        )}
      </div>
      <span className="flex gap-1.5">
        {summary.readable ? (
          <Chip tone={summary.verified ? "good" : "warn"}>
            {summary.verified ? "Verified" : "Unverified"}
          </Chip>
        ) : (
          <Chip tone="bad">Unreadable</Chip>
        )}
        <Chip tone={state.tone}>{state.word}</Chip>
      </span>
      {onRevoke && (
        <Button size="small" aria-describedby={hintId} onClick={onRevoke} className="ml-auto">
          Revoke now
        </Button>
      )}
    </li>
  );
}
