import { numberField, percentagesField } from "../field.ts";
import { defineSection } from "../section.ts";

const budget = { unit: "USD", min: 0, max: 1_000_000_000 } as const;

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
      help: "Parts of a budget at which an alert is sent, once each.",
      maxItems: 10,
      fallback: [0.5, 0.75, 0.9],
      synonyms: ["warning", "notification", "percent"],
    }),
  },
});
