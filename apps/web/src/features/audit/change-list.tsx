import { ArrowRight } from "lucide-react";
import type { DescribedChange } from "./describe-change.ts";

interface ChangeListProps {
  changes: readonly DescribedChange[];
  /** Why a change would be refused, by its path. */
  refusals?: ReadonlyMap<string, string>;
  /** The one side that says something where a thing came or went as a whole. */
  only?: "from" | "to" | undefined;
}

/** What changed, from what to what. */
export function ChangeList({ changes, refusals, only }: ChangeListProps) {
  return (
    <dl className="space-y-1.5">
      {changes.map(({ path, label, from, to }) => {
        const refusal = refusals?.get(path);
        return (
          <div key={path} className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
            <dt className="text-[0.8125rem]">{label}</dt>
            <dd className="flex min-w-0 flex-wrap items-center gap-1.5 font-mono text-xs">
              {only !== "to" && <Side tone="from" text={from} />}
              {only === undefined && (
                <>
                  <ArrowRight aria-hidden className="size-3 shrink-0 text-faint" />
                  <span className="sr-only">to</span>
                </>
              )}
              {only !== "from" && <Side tone="to" text={to} />}
            </dd>
            {refusal !== undefined && (
              <dd className="basis-full font-medium text-bad-ink text-xs">{refusal}</dd>
            )}
          </div>
        );
      })}
    </dl>
  );
}

function Side({ tone, text }: { tone: "from" | "to"; text: string | undefined }) {
  if (text === undefined) return <span className="text-muted">not set</span>;
  return (
    <span
      className={
        tone === "from"
          ? "wrap-anywhere rounded bg-bad-soft px-1.5 py-0.5 text-bad-ink"
          : "wrap-anywhere rounded bg-good-soft px-1.5 py-0.5 text-good-ink"
      }
    >
      {text}
    </span>
  );
}
