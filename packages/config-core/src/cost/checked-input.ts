import { AIConfigError } from "../errors.ts";
import type { IssueCode } from "../issue.ts";

/** The error that names what cannot be priced. */
export function invalidInput(path: string, code: IssueCode, message: string): AIConfigError {
  return new AIConfigError("INPUT_INVALID", { issues: [{ path, code, message }] });
}

/** A whole number, 0 or more. Throws INPUT_INVALID naming `path` otherwise. */
export function tokenCount(path: string, count: unknown): number {
  if (Number.isSafeInteger(count) && (count as number) >= 0) return count as number;
  throw invalidInput(path, "out_of_range", "Must be a whole number, 0 or more.");
}

/** A negotiated factor between 0 and 100. Throws INPUT_INVALID otherwise. */
export function checkedMultiplier(multiplier: unknown = 1): number {
  if (multiplier === 1) return 1;
  const factor = typeof multiplier === "number" ? multiplier : Number.NaN;
  if (factor >= 0 && factor <= 100 && Number(factor.toFixed(4)) === factor) return factor;
  const message = "Must be between 0 and 100, with four decimal places or fewer.";
  throw invalidInput("multiplier", "out_of_range", message);
}

/** Throws INPUT_INVALID where there is no moment, such as of `new Date("today")`. */
export function checkDate(date: unknown): void {
  if (Number.isFinite((date as Partial<Date> | null)?.getTime?.())) return;
  throw invalidInput("date", "invalid_value", "Must be a valid Date.");
}

/** Throws INPUT_INVALID naming `path` where there is nothing to look into. */
export function checkObject(path: string, value: unknown): void {
  if (typeof value === "object" && value !== null) return;
  throw invalidInput(path, "invalid_type", "Must be an object.");
}
