import { OUTPUT_TOKENS_MAX } from "../catalogue/model-entry.ts";
import {
  choiceField,
  integerField,
  modelField,
  numberField,
  optional,
  switchField,
  textsField,
  thinkingField,
} from "../field.ts";
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
      // The chosen model's own limit is checked on the whole.
      max: OUTPUT_TOKENS_MAX,
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
    effort: optional(
      choiceField({
        label: "Effort",
        help: "How thoroughly the model works before it answers. More effort costs more tokens.",
        options: [
          { value: "low", label: "Low" },
          { value: "medium", label: "Medium" },
          { value: "high", label: "High" },
          { value: "xhigh", label: "Extra high" },
          { value: "max", label: "Maximum" },
        ],
        fallback: "high",
        synonyms: ["reasoning", "quality"],
      }),
    ),
    thinking: optional(
      thinkingField({
        label: "Thinking",
        help: "Whether the model thinks before it answers: off, as much as it finds right, or up to a number of tokens on models that take one.",
        min: 1024,
        // One token of the greatest output limit is left for the answer.
        max: OUTPUT_TOKENS_MAX - 1,
        fallback: "off",
        synonyms: ["reasoning", "extended thinking", "budget tokens", "adaptive"],
      }),
    ),
    topK: optional(
      integerField({
        label: "Top-k",
        help: "Only so many of the most likely words are considered.",
        min: 1,
        max: 500,
        fallback: 40,
        synonyms: ["top k", "sampling"],
      }),
    ),
    stopSequences: optional(
      textsField({
        label: "Stop sequences",
        help: "The answer ends where one of these texts would begin.",
        maxItems: 16,
        maxLength: 200,
        fallback: [],
        synonyms: ["stop words", "end"],
      }),
    ),
    serviceTier: optional(
      choiceField({
        label: "Service tier",
        help: "Whether a call may use capacity that your organization has reserved at Anthropic.",
        options: [
          { value: "auto", label: "Reserved where possible" },
          { value: "standard_only", label: "Standard only" },
        ],
        fallback: "auto",
        synonyms: ["priority", "capacity"],
      }),
    ),
    speed: optional(
      choiceField({
        label: "Speed",
        help: "Fast mode answers sooner for a higher price, on models that have it.",
        options: [
          { value: "standard", label: "Standard" },
          { value: "fast", label: "Fast" },
        ],
        fallback: "standard",
        synonyms: ["fast mode", "latency"],
      }),
    ),
    inferenceGeo: optional(
      choiceField({
        label: "Region",
        help: "Where the model runs. The United States alone costs more.",
        options: [
          { value: "global", label: "Anywhere" },
          { value: "us", label: "United States only" },
        ],
        fallback: "global",
        synonyms: ["geo", "data residency", "country"],
      }),
    ),
    onRetiredModel: optional(
      choiceField({
        label: "When the model is retired",
        help: "Whether calls go to the named replacement, or fail until somebody chooses another model.",
        options: [
          { value: "replace", label: "Use its replacement" },
          { value: "fail", label: "Fail" },
        ],
        fallback: "replace",
        synonyms: ["deprecated", "retirement", "migration"],
      }),
    ),
  },
});
