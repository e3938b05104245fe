import { parseUsd, toUsd, type Usd } from "./usd.ts";

/** Before this part of a window has passed, its pace says nothing. */
const PART_MIN = 0.02;

/**
 * What a window comes to at the pace so far, to the cent; null so early in it that nobody can say. `at` is a moment
 * of the window from `startsAt` to `resetsAt`.
 */
export function forecastSpend(
  { spent, startsAt, resetsAt }: { readonly spent: Usd; readonly startsAt: Date; readonly resetsAt: Date },
  at: Date,
): Usd | null {
  const whole = resetsAt.getTime() - startsAt.getTime();
  const passed = at.getTime() - startsAt.getTime();
  if (!(passed >= whole * PART_MIN) || passed > whole) return null;
  const cent = parseUsd("0.01");
  const amount = (parseUsd(spent) * BigInt(whole)) / BigInt(passed);
  return toUsd(((amount + cent / 2n) / cent) * cent);
}
