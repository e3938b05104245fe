import type { Issue } from "../issue.ts";
import type { ModelEntry, PriceRow } from "./model-entry.ts";

/** What of an entry is valid by itself and cannot be true together. */
export function findContradictions(entry: ModelEntry): Issue[] {
  const { contextWindow, outputLimit, efforts, defaultEffort, lifecycle } = entry;
  const issues: Issue[] = priceProblems(entry.prices);
  const refuse = (path: string, message: string) => issues.push({ path, code: "inconsistent", message });
  if (outputLimit > contextWindow) refuse("outputLimit", "Must be the context window or less.");
  if (new Set(efforts).size < efforts.length) refuse("efforts", "Must name each value once.");
  if (defaultEffort !== null && !efforts.includes(defaultEffort))
    refuse("defaultEffort", "Must be one of the efforts.");
  if ((lifecycle.deprecatedOn ?? "") > (lifecycle.retiresOn ?? "9"))
    refuse("lifecycle.deprecatedOn", "Must be the day of retirement or earlier.");
  return issues;
}

/** Of each day there is one row for each length of prompt, and one of them is for the shortest. */
function priceProblems(rows: readonly PriceRow[]): Issue[] {
  return rows.flatMap(({ effectiveFrom, promptTokensAbove }, index) => {
    const has = (tokens: number, among: readonly PriceRow[]) =>
      among.some((row) => row.effectiveFrom === effectiveFrom && row.promptTokensAbove === tokens);
    const refused = (must: string): Issue[] => [
      { path: "prices", code: "inconsistent", message: `Value ${index + 1}: must ${must}.` },
    ];
    if (has(promptTokensAbove, rows.slice(0, index)))
      return refused("differ from the others in its day or its length of prompt");
    if (has(0, rows)) return [];
    return refused("stand beside a row of its day for short prompts, with promptTokensAbove 0");
  });
}
