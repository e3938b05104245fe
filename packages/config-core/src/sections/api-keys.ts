import { choiceField, countedField, optional, secretField } from "../field.ts";
import { defineSection } from "../section.ts";

export const apiKeys = defineSection({
  title: "API keys",
  description:
    "On whose key calls run. Keys are sealed apart from the configuration; only hints appear here.",
  fields: {
    primaryKey: secretField({
      label: "Primary key",
      help: "The key that calls use. It is replaced by rotating it.",
      fallback: "",
      synonyms: ["anthropic", "token", "credential"],
    }),
    secondaryKey: optional(
      secretField({
        label: "Secondary key",
        help: "The key that calls fall back to while the primary one is refused.",
        fallback: "",
        synonyms: ["failover", "token", "credential"],
      }),
    ),
    keyVersion: countedField({
      label: "Key version",
      help: "How often the primary key has been set; it grows with each rotation.",
      unit: "version",
      min: 1,
      max: 1_000_000_000,
      fallback: 1,
      synonyms: ["rotation"],
    }),
    rotationSchedule: choiceField({
      label: "Rotation",
      help: "When you want to be reminded to rotate the key.",
      options: [
        { value: "manual", label: "Manual" },
        { value: "monthly", label: "Monthly" },
        { value: "quarterly", label: "Quarterly" },
      ],
      fallback: "manual",
      synonyms: ["reminder", "age", "expiry"],
    }),
  },
});
