import { choiceField, numberField, optional, percentagesField, zoneField } from "../field.ts";
import { defineSection } from "../section.ts";

const budget = { unit: "USD", min: 0, max: 1_000_000_000 } as const;

/** Absent, a budget blocks: money that should not be spent is not. */
const enforcement = (period: string) =>
  optional(
    choiceField({
      label: `At the ${period} limit`,
      help: `What happens to a call that could exceed the ${period} budget. Without a choice: it is refused.`,
      options: [
        { value: "block", label: "Refuse the call" },
        { value: "warn", label: "Let it run and say so" },
      ],
      fallback: "block",
      synonyms: ["enforcement", "hard limit", "soft limit", "block", "warn", period],
    }),
  );

export const costBudget = defineSection({
  title: "Budgets",
  description: "How much may be spent per calendar day, week and month. Each limit holds by itself.",
  fields: {
    dailyBudget: numberField({
      ...budget,
      label: "Daily budget",
      help: "The most that may be spent in one day. At most the weekly budget.",
      fallback: 100,
      synonyms: ["spend", "cost", "day", "limit"],
    }),
    weeklyBudget: numberField({
      ...budget,
      label: "Weekly budget",
      help: "The most that may be spent from Monday to Sunday. At most the monthly budget.",
      fallback: 500,
      synonyms: ["spend", "cost", "week", "limit"],
    }),
    monthlyBudget: numberField({
      ...budget,
      label: "Monthly budget",
      help: "The most that may be spent in one calendar month.",
      fallback: 2000,
      synonyms: ["spend", "cost", "month", "limit"],
    }),
    alertThresholds: percentagesField({
      label: "Alert thresholds",
      help: "Parts of a budget at which an alert is shown on the page Budgets, once each.",
      maxItems: 10,
      fallback: [0.5, 0.75, 0.9],
      synonyms: ["warning", "notification", "percent"],
    }),
    dailyEnforcement: enforcement("daily"),
    weeklyEnforcement: enforcement("weekly"),
    monthlyEnforcement: enforcement("monthly"),
    timeZone: optional(
      zoneField({
        label: "Time zone",
        help: "Where the days, weeks and months of the budgets begin. Without one: UTC.",
        fallback: "UTC",
        synonyms: ["timezone", "utc", "midnight", "reset", "calendar"],
      }),
    ),
  },
});
