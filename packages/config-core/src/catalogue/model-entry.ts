import * as z from "zod/mini";

import { containsSecret, SECRET_MESSAGE } from "../secret.ts";

/** How hard a model may be asked to work, from least to most. */
export const EFFORTS = ["low", "medium", "high", "xhigh", "max"] as const;
export type Effort = (typeof EFFORTS)[number];

/** The ways of thinking that a request can name; `enabled` is thinking with a token budget. */
export const THINKING_TYPES = ["adaptive", "enabled", "between_tools", "disabled"] as const;
export type ThinkingType = (typeof THINKING_TYPES)[number];

/**
 * Which sampling parameters a model takes under the API version that still knows them: `one_of_two` takes
 * `temperature` or `top_p`; `none` takes only the values that change nothing.
 */
export const SAMPLING_CLASSES = ["none", "one_of_two"] as const;
export type SamplingClass = (typeof SAMPLING_CLASSES)[number];

/** The longest answer that a configuration can ask for: no Claude model writes more. */
export const OUTPUT_TOKENS_MAX = 128_000;

const text = (maxLength: number) =>
  z.string().check(
    z.minLength(1),
    z.maxLength(maxLength),
    z.refine((value) => !containsSecret(value), {
      params: { code: "secret_not_allowed", message: SECRET_MESSAGE },
    }),
  );

const isRealDay = (day: string) => {
  const moment = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(moment.getTime()) && moment.toISOString().startsWith(day);
};

/** A day in UTC, such as "2026-11-30". Text compares as time does. */
const day = z.string().check(
  z.refine((value) => /^\d{4}-\d{2}-\d{2}$/.test(value) && isRealDay(value), {
    params: { code: "invalid_value", message: "Must be a day such as 2026-11-30." },
  }),
);

const hasDigits = (most: number) =>
  z.refine<number>((value) => Number(value.toFixed(most)) === value, {
    params: { code: "invalid_value", message: `Must have ${most} decimal places or fewer.` },
  });

/** USD per million tokens. Six places keep the price of one token a whole number of 10^-12 USD. */
const price = z.number().check(z.minimum(0), z.maximum(100_000), hasDigits(6));

/** What a price is multiplied with. */
export const multiplierSchema = z.number().check(z.minimum(0), z.maximum(100), hasDigits(4));

export const priceRowSchema = z.strictObject({
  /** First day of the price; null: since the model exists. */
  effectiveFrom: z.nullable(day),
  /** The row applies to every token of a request whose prompt is longer than this. */
  promptTokensAbove: z.int().check(z.minimum(0), z.maximum(100_000_000)),
  input: price,
  output: price,
  cacheWrite5m: price,
  cacheWrite1h: price,
  cacheRead: price,
  /** USD per 1,000 web searches, where it is not what Anthropic asks of every model. */
  webSearch: z.optional(price),
  /** Where the figures come from. */
  source: text(200),
});

export const lifecycleSchema = z.strictObject({
  /** First day on which Anthropic called it deprecated. */
  deprecatedOn: z.nullable(day),
  /** First day without it. */
  retiresOn: z.nullable(day),
  /** Anthropic's promise that it stays until then. */
  retiresNotBefore: z.nullable(day),
  /** The id of the model to use instead. */
  replacement: z.nullable(text(100)),
});

export const modelEntrySchema = z.strictObject({
  id: text(100),
  aliases: z.array(text(100)).check(z.maxLength(10)),
  displayName: text(100),
  /** Tokens of prompt and answer together. */
  contextWindow: z.int().check(z.minimum(1), z.maximum(100_000_000)),
  /** The longest answer in tokens that a configuration may ask for. */
  outputLimit: z.int().check(
    z.minimum(1),
    z.refine((tokens) => tokens <= OUTPUT_TOKENS_MAX, {
      params: {
        code: "out_of_range",
        message: `Must be ${OUTPUT_TOKENS_MAX.toLocaleString("en-US")} or less: a configuration can ask for no more.`,
      },
    }),
  ),
  prices: z.array(priceRowSchema).check(z.maxLength(50)),
  /** Factor of a batch request; null: no batches. */
  batchMultiplier: z.nullable(multiplierSchema),
  /** Factor of fast mode; null: no fast mode. */
  fastMultiplier: z.nullable(multiplierSchema),
  /** Factors of the regions that a request can name; empty: it can name none. */
  geoMultipliers: z.record(text(20), multiplierSchema),
  /** How many tokens it makes of a text, beside the tokenizer of Claude 3. */
  tokenFactor: z.number().check(z.minimum(0.1), z.maximum(10)),
  sampling: z.enum(SAMPLING_CLASSES),
  thinkingTypes: z.array(z.enum(THINKING_TYPES)).check(z.maxLength(THINKING_TYPES.length)),
  /** Whether it thinks when a request says nothing about it. */
  thinksByDefault: z.boolean(),
  efforts: z.array(z.enum(EFFORTS)).check(z.maxLength(EFFORTS.length)),
  /** The effort of a request that names none; null where the model has none. */
  defaultEffort: z.nullable(z.enum(EFFORTS)),
  /** The greatest effort of a request that turns thinking off; null: any. */
  effortWithoutThinking: z.nullable(z.enum(EFFORTS)),
  supportedFeatures: z.array(text(50)).check(z.maxLength(50)),
  lifecycle: lifecycleSchema,
  /** Where the row comes from, and what is not certain about it. */
  source: text(500),
});

export type PriceRow = Readonly<z.infer<typeof priceRowSchema>>;
export type Lifecycle = Readonly<z.infer<typeof lifecycleSchema>>;

/** What is known of one model, at any time. */
export type ModelEntry = Readonly<
  Omit<z.infer<typeof modelEntrySchema>, "prices" | "lifecycle"> & {
    prices: readonly PriceRow[];
    lifecycle: Lifecycle;
  }
>;
