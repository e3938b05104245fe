import { classNames } from "../lib/class-names.ts";

/** A grey shape where content will be. It shows itself only after 200 ms, so that quick answers do not flicker. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={classNames("animate-late rounded-md bg-line", className)} />;
}

/** The shape of a page of cards, with the words a screen reader needs. */
export function CardsSkeleton({ cards, rows }: { cards: number; rows: number }) {
  return (
    <div role="status">
      <span className="sr-only">Loading…</span>
      {Array.from({ length: cards }, (_, card) => (
        <div key={card} className="mb-5 animate-late rounded-xl border border-line bg-surface p-5">
          <Skeleton className="h-5 w-40" />
          {Array.from({ length: rows }, (_, row) => (
            <div key={row} className="mt-6 flex justify-between gap-8">
              <Skeleton className="h-10 w-1/2" />
              <Skeleton className="h-9 w-64 max-w-[40%]" />
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}
