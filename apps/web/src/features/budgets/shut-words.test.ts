import { expect, test } from "vitest";
import { shutWords } from "./shut-words.ts";

test.each([
  [["monthly"], "Calls are refused: the monthly budget shared by Acme has nothing left."],
  [
    ["daily", "monthly"],
    "Calls are refused: the daily and monthly budgets shared by Acme have nothing left.",
  ],
  [
    ["daily", "weekly", "monthly"],
    "Calls are refused: the daily, weekly, and monthly budgets shared by Acme have nothing left.",
  ],
] as const)("of shut %j budgets it is said that calls are refused, and no figure", (periods, words) => {
  const shut = periods.map((period) => ({ period }));
  expect(shutWords(shut, "Acme")).toBe(words);
});
