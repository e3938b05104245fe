import { integerField } from "../field.ts";
import { defineSection } from "../section.ts";

const timeout = { unit: "ms", min: 1, max: 3_600_000 } as const;

export const timeouts = defineSection({
  title: "Timeouts",
  description: "How long each part of a call may take before it is given up.",
  fields: {
    generationTimeout: integerField({
      ...timeout,
      label: "Generation timeout",
      help: "The longest time the model may write. At most the total timeout.",
      fallback: 60_000,
      synonyms: ["deadline", "response"],
    }),
    connectionTimeout: integerField({
      ...timeout,
      label: "Connection timeout",
      help: "The longest time until the connection stands. At most the total timeout.",
      fallback: 10_000,
      synonyms: ["deadline", "connect"],
    }),
    totalRequestTimeout: integerField({
      ...timeout,
      label: "Total timeout",
      help: "The longest time a call may take, all retries included.",
      fallback: 120_000,
      synonyms: ["deadline", "request"],
    }),
  },
});
