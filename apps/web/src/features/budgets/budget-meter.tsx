import type { Budget } from "../../data/use-budgets.ts";
import { classNames } from "../../lib/class-names.ts";
import { formatLimit, formatSpent } from "../../lib/format-money.ts";
import { Chip, type ChipTone } from "../../ui/chip.tsx";
import {
  budgetName,
  enforcementWords,
  formatPart,
  leftWords,
  markOf,
  partOf,
  reservedWords,
  resetWords,
  spanOf,
  spentWords,
  thresholdWords,
} from "./budget-words.ts";
import { forecastWords, leadsBeyond } from "./forecast-words.ts";

const fills: Partial<Record<ChipTone, string>> = { warn: "bg-warn", bad: "bg-bad" };

/** One budget as it stands: how much of it is spent, held and left, and where that leads. */
export function BudgetMeter({ budget, timeZone }: { budget: Budget; timeZone: string }) {
  const { period, spent, limit } = budget;
  const mark = markOf(budget);
  const held = reservedWords(budget);
  return (
    <li className="border-line border-t px-4 py-4 sm:px-5">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
        <h3 className="font-medium text-[0.8125rem]">{budgetName(period)}</h3>
        {mark && <Chip tone={mark.tone}>{mark.word}</Chip>}
      </div>
      <p className="mt-1">
        <span className="font-semibold text-xl tabular-nums tracking-tight">{formatSpent(spent, limit)}</span>{" "}
        <span className="text-[0.8125rem] text-muted">
          of {formatLimit(limit)} {spanOf(period)}
        </span>
      </p>
      <Bar budget={budget} fill={(mark && fills[mark.tone]) ?? "bg-accent"} />
      <p className={classNames("mt-2 text-[0.8125rem]", leadsBeyond(budget) && "font-medium text-warn-ink")}>
        {forecastWords(budget, timeZone, new Date())}
      </p>
      <p className="mt-0.5 text-muted text-xs">
        {held && <>{held} · </>}
        {leftWords(budget)} · {resetWords(budget, timeZone)} · {enforcementWords(budget)}{" "}
        {thresholdWords(budget)}
      </p>
    </li>
  );
}

/** Spent, then held, then what the pace adds; a tick at each threshold. */
function Bar({ budget, fill }: { budget: Budget; fill: string }) {
  const { period, spent, reserved, forecast, limit, thresholds } = budget;
  const spentPart = partOf(spent, limit);
  const heldPart = Math.min(1 - spentPart, partOf(reserved, limit === "0" ? "1" : limit));
  const forecastPart = forecast === null ? 0 : partOf(forecast, limit);
  const width = (part: number) => ({ width: `${part * 100}%` });
  return (
    <div className="relative mt-2 h-2.5">
      <meter
        className="sr-only"
        aria-label={budgetName(period)}
        aria-valuetext={spentWords(budget)}
        max={Number(limit)}
        value={Math.min(Number(spent), Number(limit))}
      />
      <div aria-hidden className="absolute inset-0 overflow-hidden rounded-full border border-line bg-sunken">
        <div
          className={classNames("absolute inset-y-0 left-0 opacity-25", fill)}
          style={width(forecastPart)}
        />
        <div
          className={classNames("absolute inset-y-0 left-0 opacity-55", fill)}
          style={width(spentPart + heldPart)}
        />
        <div className={classNames("absolute inset-y-0 left-0", fill)} style={width(spentPart)} />
      </div>
      {thresholds.map((threshold) => (
        <span
          key={threshold}
          aria-hidden
          title={`Alert at ${formatPart(threshold)}`}
          className="absolute -inset-y-0.5 w-px bg-ink/60"
          style={{ left: `${Math.min(1, threshold) * 100}%` }}
        />
      ))}
    </div>
  );
}
