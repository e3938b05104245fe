import { choiceField, integerField } from "../field.ts";
import { defineSection } from "../section.ts";

export const retryStrategy = defineSection({
  title: "Retries",
  description: "What happens when a call fails for a passing reason.",
  fields: {
    maxRetries: integerField({
      label: "Retries",
      help: "How often a failed call is repeated. 0 repeats nothing.",
      unit: "retries",
      min: 0,
      max: 10,
      fallback: 3,
      synonyms: ["attempts", "repeat"],
    }),
    backoffType: choiceField({
      label: "Backoff",
      help: "How the wait grows from one retry to the next.",
      options: [
        { value: "exponential", label: "Exponential: doubles each time" },
        { value: "linear", label: "Linear: grows by the base delay" },
        { value: "fixed", label: "Fixed: always the base delay" },
      ],
      fallback: "exponential",
      synonyms: ["strategy", "delay growth"],
    }),
    baseDelay: integerField({
      label: "Base delay",
      help: "The wait before the first retry.",
      unit: "ms",
      min: 1,
      max: 3_600_000,
      fallback: 1000,
      synonyms: ["initial delay", "wait"],
    }),
    maxDelay: integerField({
      label: "Maximum delay",
      help: "No wait between retries is longer than this.",
      unit: "ms",
      min: 1,
      max: 3_600_000,
      fallback: 16_000,
      synonyms: ["delay cap", "wait"],
    }),
  },
});
