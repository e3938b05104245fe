import { integerField, modelField, numberField, switchField } from "../field.ts";
import { defineSection } from "../section.ts";

export const model = defineSection({
  title: "Model",
  description: "Which Claude answers, and how it writes.",
  fields: {
    model: modelField({
      label: "Model",
      help: "The Claude model that answers. It decides the price, the context window and the longest answer.",
      synonyms: ["claude", "sonnet", "opus", "haiku", "llm", "version"],
      fallback: "claude-sonnet-4-5-20250929",
    }),
    temperature: numberField({
      label: "Temperature",
      help: "How freely the model picks words: near 0 for analysis and extraction, near 1 for creative text.",
      control: "slider",
      min: 0,
      max: 1,
      step: 0.01,
      fallback: 0.7,
      synonyms: ["randomness", "creativity", "sampling"],
    }),
    maxTokens: integerField({
      label: "Maximum output",
      help: "The longest answer of one call. The chosen model's own output limit is the ceiling.",
      unit: "tokens",
      min: 1,
      // The greatest output limit of any Claude model; the chosen model's own limit is checked on the whole.
      max: 128_000,
      fallback: 4096,
      synonyms: ["max tokens", "output limit", "length"],
    }),
    topP: numberField({
      label: "Top-p",
      help: "Only the most likely words that together reach this probability are considered.",
      control: "slider",
      min: 0,
      max: 1,
      step: 0.01,
      fallback: 0.9,
      synonyms: ["top p", "nucleus", "sampling"],
    }),
    streaming: switchField({
      label: "Streaming",
      help: "Send the answer piece by piece while it is written.",
      fallback: false,
      synonyms: ["stream", "sse"],
    }),
  },
});
