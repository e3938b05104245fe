import { compareUsd } from "@ai-config/config-core";

/** An amount has no more decimals than these. */
const DECIMALS_MAX = 28;

/** What people set, exactly as they set it: "$3.003". */
export function formatLimit(limit: string): string {
  return inDollars(limit, DECIMALS_MAX);
}

/**
 * What was counted or foretold: "$1.04", or "$0.019" where it is little. Beside a limit it has as many decimals as it
 * takes to stand on the side of the limit where it is: what is nearly all of it does not read as all of it.
 */
export function formatSpent(amount: string, limit?: string): string {
  let places = placesOf(amount);
  let text = inDollars(amount, places);
  while (limit !== undefined && !isSameSide(amount, text, limit)) {
    places += 1;
    text = inDollars(amount, places);
  }
  return text;
}

/** What is left, rounded down: nobody should count on what is not there. */
export function formatLeft(amount: string): string {
  return inDollars(amount, placesOf(amount), "floor");
}

/** Cents, and of less than ten of them two digits: something never reads as nothing. */
function placesOf(amount: string): number {
  const zeros = /^0\.(0+)[1-9]/.exec(amount)?.[1]?.length ?? 0;
  return zeros + 2;
}

function isSameSide(amount: string, text: string, limit: string): boolean {
  const shown = text.replaceAll(/[$,]/g, "");
  return Math.sign(compareUsd(shown, limit)) === Math.sign(compareUsd(amount, limit));
}

function inDollars(amount: string, places: number, roundingMode: "halfExpand" | "floor" = "halfExpand") {
  return new Intl.NumberFormat("en-US", {
    style: "currency",
    currency: "USD",
    minimumFractionDigits: 2,
    maximumFractionDigits: places,
    roundingMode,
    // The text itself, since a number would round it first.
  }).format(amount as `${number}`);
}
