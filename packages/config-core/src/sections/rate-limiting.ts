import { integerField } from "../field.ts";
import { defineSection } from "../section.ts";

export const rateLimiting = defineSection({
  title: "Rate limits",
  description: "How many calls may be made. The strictest limit that applies wins.",
  fields: {
    requestsPerMinute: integerField({
      label: "Requests per minute",
      help: "The steady rate of calls.",
      unit: "requests/min",
      min: 1,
      max: 1_000_000,
      fallback: 50,
      synonyms: ["rpm", "throughput", "quota"],
    }),
    concurrentRequests: integerField({
      label: "Requests at once",
      help: "How many calls may run at the same moment. Further calls are refused, or wait where the caller says so.",
      unit: "requests",
      min: 1,
      max: 10_000,
      fallback: 3,
      synonyms: ["concurrency", "parallel"],
    }),
    burstAllowance: integerField({
      label: "Burst allowance",
      help: "Extra calls allowed above the steady rate after a quiet time.",
      unit: "requests",
      min: 0,
      max: 1_000_000,
      fallback: 10,
      synonyms: ["spike", "bucket"],
    }),
  },
});
