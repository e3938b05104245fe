import type { ReactNode } from "react";
import { classNames } from "../lib/class-names.ts";

const tones = {
  neutral: "bg-sunken text-muted border-line",
  accent: "bg-accent-soft text-accent-ink border-transparent",
  good: "bg-good-soft text-good-ink border-transparent",
  warn: "bg-warn-soft text-warn-ink border-transparent",
  bad: "bg-bad-soft text-bad-ink border-transparent",
} as const;

export type ChipTone = keyof typeof tones;

/** A word or two about the state of something. */
export function Chip({ tone = "neutral", children }: { tone?: ChipTone; children: ReactNode }) {
  return (
    <span
      className={classNames(
        "inline-flex items-center gap-1 whitespace-nowrap rounded-md border px-1.5 py-px font-medium text-2xs leading-4",
        tones[tone],
      )}
    >
      {children}
    </span>
  );
}
