import { parseUsd, toUsd, type Usd } from "./usd.ts";

/** Before this part of a window has passed, its pace says nothing. */
const PART_MIN = 0.02;

/** As many places as amounts are shown with: a few calls of a small model come to less than a cent. */
const PLACES = "0.000001";

/**
 * What a window comes to at the pace so far, to the millionth of a dollar and never less than is spent; null so early
 * in it that nobody can say. `at` is a moment of the window from `startsAt` to `resetsAt`.
 */
export function forecastSpend(
  { spent, startsAt, resetsAt }: { readonly spent: Usd; readonly startsAt: Date; readonly resetsAt: Date },
  at: Date,
): Usd | null {
  const whole = resetsAt.getTime() - startsAt.getTime();
  const passed = at.getTime() - startsAt.getTime();
  if (!(passed >= whole * PART_MIN) || passed > whole) return null;
  const place = parseUsd(PLACES);
  const soFar = parseUsd(spent);
  const amount = (soFar * BigInt(whole)) / BigInt(passed);
  const rounded = ((amount + place / 2n) / place) * place;
  return toUsd(rounded < soFar ? soFar : rounded);
}
