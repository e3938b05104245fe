import { AIConfigError } from "./errors.ts";
import { unknownModelIssue } from "./find-inconsistencies.ts";
import { findModel, type ModelOptions } from "./models.ts";

/** Digits kept of a price per 1,000 tokens, in USD. */
const PRICE_DIGITS = 12;
/** One token costs a thousandth of the price, so amounts carry three more. */
const AMOUNT_DIGITS = PRICE_DIGITS + 3;

/**
 * What a call costs in USD. The sum is exact; the result is the number closest to it. A model or a count that
 * cannot be priced throws, since a cost that is not known is not zero.
 */
export function calculateCost(
  inputTokens: number,
  outputTokens: number,
  model: string,
  options: ModelOptions = {},
): number {
  const info = findModel(model, options.models);
  if (info === undefined) {
    throw new AIConfigError("INPUT_INVALID", {
      issues: [{ ...unknownModelIssue(options.models), path: "model" }],
    });
  }
  const amount =
    tokens("inputTokens", inputTokens) * scaled(info.costPer1kInputTokens) +
    tokens("outputTokens", outputTokens) * scaled(info.costPer1kOutputTokens);
  const digits = amount.toString().padStart(AMOUNT_DIGITS + 1, "0");
  return Number(`${digits.slice(0, -AMOUNT_DIGITS)}.${digits.slice(-AMOUNT_DIGITS)}`);
}

function tokens(path: string, count: number): bigint {
  if (Number.isSafeInteger(count) && count >= 0) return BigInt(count);
  const message = "Must be a whole number, 0 or more.";
  throw new AIConfigError("INPUT_INVALID", { issues: [{ path, code: "out_of_range", message }] });
}

/** A price as an integer. `toFixed` rounds the binary fraction back to the decimal that was written. */
function scaled(price: number): bigint {
  return BigInt(price.toFixed(PRICE_DIGITS).replace(".", ""));
}
