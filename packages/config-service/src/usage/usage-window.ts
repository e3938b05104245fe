import { AIConfigError, type Issue } from "@ai-config/config-core";

import type { Owner } from "../owner.ts";

/** Whose calls, from a moment, included, to another, not included. */
export interface UsageWindow {
  readonly owner: Owner;
  readonly from: Date;
  readonly to: Date;
}

const DAYS_MAX = 400;
/** As far as budgets know time; the database counts no year 0. */
const EARLIEST = Date.UTC(1900, 0, 1);
const LATEST = Date.UTC(9999, 0, 1);

/**
 * Refuses a window that ends before it begins, or is too long to add up while somebody waits. `others` is what is wrong
 * with the rest of the question.
 */
export function checkWindow({ from, to }: UsageWindow, others: readonly Issue[] = []): void {
  const issues = [...others, ...momentIssues("from", from), ...momentIssues("to", to)];
  if (!(from < to)) {
    issues.push({ path: "to", code: "inconsistent", message: "Must be later than the beginning." });
  } else if (to.getTime() - from.getTime() > DAYS_MAX * 86_400_000) {
    issues.push({
      path: "to",
      code: "out_of_range",
      message: `Must be within ${DAYS_MAX} days of the beginning.`,
    });
  }
  if (issues.length > 0) throw new AIConfigError("INPUT_INVALID", { issues });
}

function momentIssues(path: string, moment: Date): Issue[] {
  if (moment.getTime() >= EARLIEST && moment.getTime() < LATEST) return [];
  return [{ path, code: "out_of_range", message: "Must be a time of the years 1900 to 9998." }];
}

/** What is added up of calls, exact where it is money. */
export interface UsageFigures {
  readonly calls: number;
  /** Those that ended in an error or a timeout. */
  readonly failures: number;
  /**
   * Those that Anthropic refused for their number or their tokens, and those that were not sent because it would have. Not
   * those that a limit or a budget of ours refused, which are no calls, nor those that a cap on spending at Anthropic did.
   */
  readonly rateLimited: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWriteTokens: number;
  /** USD as exact decimal text. */
  readonly cost: string;
  /** Milliseconds, of the calls that succeeded; null where none did, and for more than a month or 500,000 calls. */
  readonly latencyP50: number | null;
  readonly latencyP95: number | null;
}
