import { CATALOGUE_DATE } from "../catalogue/built-in-models.ts";
import { priceOf } from "../catalogue/look-up.ts";
import { findModel, type ModelOptions } from "../catalogue/models.ts";
import { AIConfigError } from "../errors.ts";
import { unknownModelIssue } from "../find-inconsistencies.ts";
import { checkDate, tokenCount } from "./checked-input.ts";
import { callPrices } from "./token-prices.ts";
import { toUsd } from "./usd.ts";

export interface CalculateCostOptions extends ModelOptions {
  /** The day whose list price counts; the day of the catalogue unless told. */
  readonly date?: Date | undefined;
}

/**
 * What a call costs in USD at the list price of a prompt of that length. The sum is exact; the result is the number
 * closest to it. A model or a count that cannot be priced throws, since a cost that is not known is not zero.
 * `costOf` knows caches, batches and regions.
 */
export function calculateCost(
  inputTokens: number,
  outputTokens: number,
  model: string,
  { date = new Date(CATALOGUE_DATE), models }: CalculateCostOptions = {},
): number {
  const input = tokenCount("inputTokens", inputTokens);
  const output = tokenCount("outputTokens", outputTokens);
  checkDate(date);
  const info = findModel(model, models);
  const row = info && priceOf(info, date, input);
  if (info === undefined || row === undefined) {
    const issue = info
      ? ({ code: "unknown_price", message: `No price of ${info.displayName} is known.` } as const)
      : unknownModelIssue(models);
    throw new AIConfigError("INPUT_INVALID", { issues: [{ ...issue, path: "model" }] });
  }
  const { perToken } = callPrices(info, row, {});
  return Number(toUsd(BigInt(input) * perToken.input + BigInt(output) * perToken.output));
}
