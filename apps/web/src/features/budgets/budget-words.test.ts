import { describe, expect, test } from "vitest";
import type { Budget, BudgetAlert } from "../../data/use-budgets.ts";
import {
  alertWords,
  asOfWords,
  enforcementWords,
  formatPart,
  leftWords,
  markOf,
  noAlertsWords,
  partOf,
  reservedWords,
  resetWords,
  shareWords,
  spentWords,
  thresholdWords,
} from "./budget-words.ts";

const budget: Budget = {
  scope: { kind: "user", id: "00000000-0000-4000-8000-000000000001" },
  period: "weekly",
  limit: "500",
  enforcement: "block",
  spent: "100",
  reserved: "0",
  left: "400",
  forecast: "350",
  thresholds: [0.5, 0.75, 0.9],
  startsAt: "2026-11-22T23:00:00.000Z",
  resetsAt: "2026-11-29T23:00:00.000Z",
};

describe("what has to be noticed", () => {
  test.each<[string, Partial<Budget>, string | undefined]>([
    ["little spent", {}, undefined],
    ["the highest threshold that was passed", { spent: "450" }, "Passed 90%"],
    ["a threshold that is just reached", { spent: "250" }, "Passed 50%"],
    ["a threshold that is missed by the last digit", { spent: "249.9999999999999999999999999" }, undefined],
    ["a threshold that binary numbers miss", { spent: "0.3", limit: "3", thresholds: [0.1] }, "Passed 10%"],
    ["a threshold too small to be written plainly", { spent: "0.1", thresholds: [1e-7] }, "Passed 0%"],
    ["all spent", { spent: "500" }, "Used up"],
    ["more than all spent, where calls go on", { spent: "500.01", enforcement: "warn" }, "Over the limit"],
    ["a limit of nothing", { spent: "0", limit: "0" }, "Nothing may be spent"],
    ["exactly all spent, where calls go on", { spent: "500", enforcement: "warn" }, "Passed 90%"],
    ["a limit of nothing that only warns", { spent: "0", limit: "0", enforcement: "warn" }, undefined],
    ["something spent of nothing", { spent: "0.01", limit: "0", enforcement: "warn" }, "Over the limit"],
    ["nothing spent under a threshold of nothing", { spent: "0", thresholds: [0] }, undefined],
  ])("%s", (_, given, word) => {
    expect(markOf({ ...budget, ...given })?.word).toBe(word);
  });
});

test("a screen reader is told of the amounts instead of a bare number", () => {
  expect(spentWords(budget)).toBe("$100.00 of $500.00 spent this week");
});

test("what is nearly all of it is told neither as all of it nor as all that is left", () => {
  const nearlyAll = { ...budget, limit: "3.13", spent: "3.127", left: "0.003" };
  expect(spentWords(nearlyAll)).toBe("$3.127 of $3.13 spent this week");
  expect(leftWords(nearlyAll)).toBe("$0.003 left");
  expect(leftWords({ ...budget, limit: "100", spent: "0.004", left: "99.996" })).toBe("$99.99 left");
  expect(leftWords({ ...budget, limit: "100", spent: "0", left: "100" })).toBe("$100.00 left");
});

test("what people set is told as they set it, and what is counted without needless digits", () => {
  const odd = { ...budget, limit: "3.003", spent: "1.04", left: "1.944184", reserved: "0.018816" };
  expect(spentWords(odd)).toBe("$1.04 of $3.003 spent this week");
  expect(leftWords(odd)).toBe("$1.94 left");
  expect(reservedWords(odd)).toBe("$0.019 held by calls that still run");
});

test("a window ends in the time zone that its days begin in", () => {
  expect(resetWords(budget, "Europe/Berlin")).toBe("Starts anew Mon, Nov 30, 00:00 (Europe/Berlin)");
  expect(resetWords(budget, "UTC")).toBe("Starts anew Sun, Nov 29, 23:00 (UTC)");
});

test("the ticks on the bar are explained", () => {
  expect(thresholdWords({ ...budget, thresholds: [0.9, 0.5, 0.75] })).toBe("Alerts at 50%, 75%, and 90%.");
  expect(thresholdWords({ ...budget, thresholds: [] })).toBe("No alerts.");
});

test("what happens at the limit is said", () => {
  expect(enforcementWords(budget)).toBe("Calls that do not fit are refused.");
  expect(enforcementWords({ ...budget, enforcement: "warn" })).toBe(
    "Calls go on beyond it; you are only warned.",
  );
});

test("figures that could not be refreshed say of when they are", () => {
  const at = new Date(2026, 10, 24, 14, 5).getTime();
  expect(asOfWords(at)).toBe("These figures are of 14:05.");
});

test("parts stay between nothing and all", () => {
  expect([partOf("1", "4"), partOf("9", "4"), partOf("0", "0"), partOf("-1", "4")]).toEqual([0.25, 1, 1, 0]);
  expect(formatPart(0.125)).toBe("12.5%");
});

test.each([
  ["0", "0%"],
  ["0.01", "under 0.1%"],
  ["1.99", "under 0.1%"],
  ["2", "0.1%"],
  ["1999.99", "99.9%"],
])("a share of $%s of $2,000 is told as %s", (amount, words) => {
  expect(shareWords(amount, "2000")).toBe(words);
});

test("what running calls hold is said where it is something", () => {
  expect(reservedWords(budget)).toBeUndefined();
  expect(reservedWords({ ...budget, reserved: "0.25" })).toBe("$0.25 held by calls that still run");
});

test.each<[string, Partial<Budget>]>([
  ["is used up", { spent: "500" }],
  ["has passed a threshold", { spent: "250" }],
  ["lets nothing be spent", { spent: "0", limit: "0" }],
])("where a budget %s, no alert does not mean that nothing was crossed", (_, given) => {
  expect(noAlertsWords([budget, { ...budget, ...given }])).toBe("No alerts so far.");
  expect(noAlertsWords([budget])).toBe("No threshold was crossed so far.");
});

test("an alert says how much of what was reached, and of which days", () => {
  const { startsAt, resetsAt } = budget;
  const alert = {
    id: "1",
    period: "weekly",
    threshold: 0.75,
    startsAt,
    resetsAt,
    createdAt: startsAt,
  } as const;
  const wordsOf = (given: Partial<BudgetAlert> & Pick<BudgetAlert, "limit" | "spent">) =>
    alertWords({ ...alert, ...given }, "Europe/Berlin", new Date(startsAt));
  expect(wordsOf({ limit: "100", spent: "81.2" })).toBe(
    "75% of the weekly budget of Nov 23 to Nov 29 reached: $81.20 of $100.00 (81.2%)",
  );
  expect(wordsOf({ limit: "3.13", spent: "3.1299" })).toMatch(/ reached: \$3\.1299 of \$3\.13 \(99\.9%\)$/);
  expect(wordsOf({ limit: "3", spent: "0.3", threshold: 0.1 })).toMatch(
    /^10% of .+ reached: \$0\.30 of \$3\.00 \(10%\)$/,
  );
  expect(wordsOf({ limit: "0", spent: "1" })).toMatch(/ reached: \$1\.00 of \$0\.00$/);
});
