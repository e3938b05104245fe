import type { ReactNode } from "react";
import { classNames } from "../lib/class-names.ts";

/** A row of links of which one is the current view. */
export function Segmented({ label, children }: { label: string; children: ReactNode }) {
  return (
    <nav aria-label={label} className="inline-flex rounded-lg border border-line bg-sunken p-0.5">
      {children}
    </nav>
  );
}

/** The classes of one segment. */
export function segmentClassNames(isCurrent: boolean): string {
  return classNames(
    "inline-flex h-8 items-center gap-1.5 rounded-md border px-3 text-[0.8125rem] transition-colors",
    isCurrent
      ? "border-line bg-surface font-medium text-ink shadow-card"
      : "border-transparent text-muted hover:text-ink",
  );
}
