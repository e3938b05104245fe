import { findModel, type ModelOptions } from "../catalogue/models.ts";
import { AIConfigError } from "../errors.ts";
import { unknownModelIssue } from "../find-inconsistencies.ts";
import { tokenCount } from "./token-count.ts";
import { scaled, toUsd } from "./usd.ts";

/**
 * What a call costs in USD at the newest list price of a short prompt. The sum is exact; the result is the number
 * closest to it. A model or a count that cannot be priced throws, since a cost that is not known is not zero.
 * `costOf` knows caches, batches, regions and dates.
 */
export function calculateCost(
  inputTokens: number,
  outputTokens: number,
  model: string,
  options: ModelOptions = {},
): number {
  const info = findModel(model, options.models);
  const { costPer1kInputTokens: input, costPer1kOutputTokens: output } = info ?? {};
  if (input === undefined || output === undefined) {
    const issue = info
      ? ({ code: "unknown_price", message: `No price of ${info.displayName} is known.` } as const)
      : unknownModelIssue(options.models);
    throw new AIConfigError("INPUT_INVALID", { issues: [{ ...issue, path: "model" }] });
  }
  // A price per thousand has 9 places, one token of it 12; the amount has 28.
  const amount =
    BigInt(tokenCount("inputTokens", inputTokens)) * scaled(input, 9) +
    BigInt(tokenCount("outputTokens", outputTokens)) * scaled(output, 9);
  return Number(toUsd(amount * 10n ** 16n));
}
