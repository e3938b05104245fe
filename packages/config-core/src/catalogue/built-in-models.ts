import type { Lifecycle, ModelEntry, PriceRow } from "./model-entry.ts";

/** The day on which the rows were last compared with their sources. */
export const CATALOGUE_DATE = "2026-11-23";

/*
 * Sources. PR: Anthropic's pricing page, copy of 2026-08-22. OV: its model overview pages, September and October
 * 2026. RN: its release notes, November 2026. SDK: @anthropic-ai/sdk 1.12.0. SK: Anthropic's Claude API skill,
 * 2026-07-01. GP: @pydantic/genai-prices 0.1.8. TP: release notes of third parties that read the official page
 * again. Mission: the contract of this product.
 */

type Prices = readonly [input: number, output: number, write5m: number, write1h: number, read: number];

function priced(
  [input, output, cacheWrite5m, cacheWrite1h, cacheRead]: Prices,
  source: string,
  effectiveFrom: string | null = null,
  promptTokensAbove = 0,
): PriceRow {
  return {
    effectiveFrom,
    promptTokensAbove,
    input,
    output,
    cacheWrite5m,
    cacheWrite1h,
    cacheRead,
    source,
  };
}

const OPUS_5: Prices = [5, 25, 6.25, 10, 0.5];
const OPUS_4: Prices = [15, 75, 18.75, 30, 1.5];
const SONNET: Prices = [3, 15, 3.75, 6, 0.3];
const SONNET_LONG: Prices = [6, 22.5, 7.5, 12, 0.6];
const SONNET_5: Prices = [2, 10, 2.5, 4, 0.2];
const FABLE_5: Prices = [10, 50, 12.5, 20, 1];
const FABLE_5_1: Prices = [10, 50, 12.5, 20, 0.25];
const FABLE_5_2: Prices = [8, 40, 10, 16, 0.2];

const active = (retiresNotBefore: string | null = null): Lifecycle => ({
  deprecatedOn: null,
  retiresOn: null,
  retiresNotBefore,
  replacement: null,
});

/** Sixty days' notice is what Anthropic promises; the announcements themselves are not dated in our sources. */
const NOTICE_MS = 60 * 86_400_000;

const leaving = (retiresOn: string, replacement: string): Lifecycle => ({
  deprecatedOn: new Date(Date.parse(retiresOn) - NOTICE_MS).toISOString().slice(0, 10),
  retiresOn,
  retiresNotBefore: null,
  replacement,
});

const FEATURES = ["streaming", "tools", "vision", "prompt-caching", "batch"];
const ALL_EFFORTS: ModelEntry["efforts"] = ["low", "medium", "high", "xhigh", "max"];

/** What the models since Opus 4.7 have in common. */
const CURRENT = {
  aliases: [] as string[],
  contextWindow: 1_000_000,
  outputLimit: 128_000,
  batchMultiplier: 0.5,
  fastMultiplier: null,
  geoMultipliers: { us: 1.1, global: 1 } as Record<string, number>,
  // About 30 % more for the same text (SK).
  tokenFactor: 1.3,
  sampling: "none" as const,
  thinkingTypes: ["adaptive", "disabled"] as ModelEntry["thinkingTypes"],
  thinksByDefault: true,
  efforts: ALL_EFFORTS,
  defaultEffort: "high" as ModelEntry["defaultEffort"],
  effortWithoutThinking: null as ModelEntry["effortWithoutThinking"],
  supportedFeatures: [...FEATURES, "adaptive-thinking", "effort"],
  lifecycle: active(),
};

const ALWAYS_THINKING = { ...CURRENT, thinkingTypes: ["adaptive"] as ModelEntry["thinkingTypes"] };

/** What the models before them have in common. */
const EARLIER = {
  ...CURRENT,
  contextWindow: 200_000,
  outputLimit: 64_000,
  geoMultipliers: {},
  tokenFactor: 1,
  sampling: "one_of_two" as const,
  thinkingTypes: ["enabled", "disabled"] as ModelEntry["thinkingTypes"],
  thinksByDefault: false,
  efforts: [] as ModelEntry["efforts"],
  defaultEffort: null,
  supportedFeatures: [...FEATURES, "extended-thinking"],
};

const CLAUDE_3 = {
  ...EARLIER,
  outputLimit: 8192,
  thinkingTypes: [] as ModelEntry["thinkingTypes"],
  supportedFeatures: FEATURES,
};

/** The models of the product's contract: their output limits are its own, whatever Anthropic allows. */
export const CONTRACT_MODELS: readonly string[] = [
  "claude-sonnet-4-5-20250929",
  "claude-3-5-sonnet-20241022",
  "claude-3-opus-20240229",
  "claude-3-haiku-20240307",
];

/** Every Claude model, newest first within its line. */
export const BUILT_IN_MODELS: readonly ModelEntry[] = [
  {
    ...ALWAYS_THINKING,
    id: "claude-fable-5-2",
    displayName: "Claude Fable 5.2",
    prices: [priced(FABLE_5_2, "input and output RN, cache TP", "2026-11-09")],
    source: "RN, SDK, TP",
  },
  {
    ...ALWAYS_THINKING,
    id: "claude-mythos-5-2",
    displayName: "Claude Mythos 5.2",
    prices: [priced(FABLE_5_2, "input and output RN, cache taken from Fable 5.2", "2026-11-09")],
    source: "RN, SDK; for verified organizations only",
  },
  {
    ...ALWAYS_THINKING,
    id: "claude-fable-5-1",
    displayName: "Claude Fable 5.1",
    prices: [priced(FABLE_5_1, "PR, GP, RN", "2026-09-01")],
    source: "RN, GP, SDK",
  },
  {
    ...ALWAYS_THINKING,
    id: "claude-mythos-5-1",
    displayName: "Claude Mythos 5.1",
    prices: [priced(FABLE_5_1, "PR", "2026-09-01")],
    source: "RN, SDK; limited access",
  },
  {
    ...ALWAYS_THINKING,
    id: "claude-fable-5",
    displayName: "Claude Fable 5",
    prices: [priced(FABLE_5, "PR", "2026-06-09")],
    lifecycle: active("2027-06-09"),
    source: "PR, SK; needs data retention of 30 days",
  },
  {
    ...ALWAYS_THINKING,
    id: "claude-mythos-5",
    displayName: "Claude Mythos 5",
    prices: [priced(FABLE_5, "PR")],
    source: "PR, SK; limited access",
  },
  {
    ...ALWAYS_THINKING,
    id: "claude-opus-5-5",
    displayName: "Claude Opus 5.5",
    prices: [priced([4, 20, 5, 8, 0.2], "OV, GP", "2026-09-22")],
    fastMultiplier: 2,
    defaultEffort: "medium",
    supportedFeatures: [...CURRENT.supportedFeatures, "fast-mode"],
    source: "OV, GP, SDK; fast mode TP",
  },
  {
    ...CURRENT,
    id: "claude-opus-5",
    displayName: "Claude Opus 5",
    prices: [priced(OPUS_5, "PR, GP", "2026-07-24")],
    fastMultiplier: 2,
    effortWithoutThinking: "high",
    supportedFeatures: [...CURRENT.supportedFeatures, "fast-mode"],
    lifecycle: active("2027-07-24"),
    source: "PR, OV",
  },
  {
    ...CURRENT,
    id: "claude-opus-4-8",
    displayName: "Claude Opus 4.8",
    prices: [priced(OPUS_5, "PR")],
    fastMultiplier: 2,
    thinksByDefault: false,
    supportedFeatures: [...CURRENT.supportedFeatures, "fast-mode"],
    lifecycle: active("2027-05-28"),
    source: "PR, SK",
  },
  {
    ...CURRENT,
    id: "claude-opus-4-7",
    displayName: "Claude Opus 4.7",
    prices: [priced(OPUS_5, "PR")],
    thinksByDefault: false,
    lifecycle: active("2027-04-16"),
    source: "PR, SK",
  },
  {
    ...CURRENT,
    id: "claude-opus-4-6",
    displayName: "Claude Opus 4.6",
    prices: [
      priced(OPUS_5, "PR, GP", "2026-02-05"),
      priced([10, 37.5, 12.5, 20, 1], "GP: surcharge on long prompts", "2026-02-05", 200_000),
      priced(OPUS_5, "PR, GP: surcharge removed", "2026-03-13"),
    ],
    tokenFactor: 1,
    sampling: "one_of_two",
    thinkingTypes: ["adaptive", "enabled", "disabled"],
    thinksByDefault: false,
    efforts: ["low", "medium", "high", "max"],
    supportedFeatures: [...CURRENT.supportedFeatures, "extended-thinking"],
    lifecycle: active("2027-02-05"),
    source: "PR, GP, SK; fast mode is taken, served and billed as standard",
  },
  {
    ...EARLIER,
    id: "claude-opus-4-5-20251101",
    aliases: ["claude-opus-4-5"],
    displayName: "Claude Opus 4.5",
    prices: [priced(OPUS_5, "PR")],
    efforts: ["low", "medium", "high"],
    defaultEffort: "high",
    supportedFeatures: [...EARLIER.supportedFeatures, "effort"],
    lifecycle: active("2026-11-24"),
    source: "PR, SK",
  },
  {
    ...CURRENT,
    id: "claude-sonnet-5-5",
    displayName: "Claude Sonnet 5.5",
    prices: [
      priced(SONNET_5, "OV", "2026-09-28"),
      priced([2, 10, 2.5, 4, 0.1], "OV, TP: cheaper cache reads", "2026-10-07"),
    ],
    thinkingTypes: ["adaptive", "between_tools"],
    effortWithoutThinking: "high",
    source: "OV, TP, SDK",
  },
  {
    ...CURRENT,
    id: "claude-sonnet-5",
    displayName: "Claude Sonnet 5",
    prices: [priced(SONNET_5, "PR; the rise to 3 and 15 of 2026-09-01 was called off", "2026-06-30")],
    lifecycle: active("2027-06-30"),
    source: "PR, SK",
  },
  {
    ...CURRENT,
    id: "claude-sonnet-4-6",
    displayName: "Claude Sonnet 4.6",
    prices: [
      priced(SONNET, "PR, GP", "2026-02-17"),
      priced(SONNET_LONG, "GP: surcharge on long prompts", "2026-02-17", 200_000),
      priced(SONNET, "PR, GP: surcharge removed", "2026-03-13"),
    ],
    tokenFactor: 1,
    sampling: "one_of_two",
    thinkingTypes: ["adaptive", "enabled", "disabled"],
    thinksByDefault: false,
    efforts: ["low", "medium", "high", "max"],
    supportedFeatures: [...CURRENT.supportedFeatures, "extended-thinking"],
    lifecycle: active("2027-02-17"),
    source: "PR, GP, SK; some third parties say 64,000 tokens of output",
  },
  {
    ...EARLIER,
    id: "claude-sonnet-4-5-20250929",
    aliases: ["claude-sonnet-4-5"],
    displayName: "Claude Sonnet 4.5",
    // The mission's contract. Anthropic's own limit is 64,000.
    outputLimit: 4096,
    prices: [priced(SONNET, "PR"), priced(SONNET_LONG, "GP", null, 200_000)],
    lifecycle: leaving("2026-11-30", "claude-sonnet-5-5"),
    source: "SDK, PR, mission",
  },
  {
    ...CURRENT,
    id: "claude-haiku-5-5",
    displayName: "Claude Haiku 5.5",
    prices: [
      priced([0.1, 0.5, 0.125, 0.2, 0.01], "OV", "2026-10-07"),
      priced([0.5, 2.5, 0.625, 1, 0.05], "OV, TP: every token of a long request", "2026-10-07", 100_000),
    ],
    defaultEffort: "medium",
    effortWithoutThinking: "high",
    source: "OV, TP, SDK",
  },
  {
    ...EARLIER,
    id: "claude-haiku-4-5-20251001",
    aliases: ["claude-haiku-4-5"],
    displayName: "Claude Haiku 4.5",
    prices: [priced([1, 5, 1.25, 2, 0.1], "PR")],
    lifecycle: active("2026-10-15"),
    source: "PR, SK",
  },
  {
    ...EARLIER,
    id: "claude-opus-4-1-20250805",
    aliases: ["claude-opus-4-1"],
    displayName: "Claude Opus 4.1",
    outputLimit: 32_000,
    prices: [priced(OPUS_4, "GP")],
    lifecycle: leaving("2026-08-05", "claude-opus-5-5"),
    source: "PR",
  },
  {
    ...EARLIER,
    id: "claude-opus-4-20250514",
    aliases: ["claude-opus-4-0"],
    displayName: "Claude Opus 4",
    outputLimit: 32_000,
    prices: [priced(OPUS_4, "GP")],
    lifecycle: leaving("2026-06-15", "claude-opus-5-5"),
    source: "PR",
  },
  {
    ...EARLIER,
    id: "claude-sonnet-4-20250514",
    aliases: ["claude-sonnet-4-0"],
    displayName: "Claude Sonnet 4",
    prices: [priced(SONNET, "GP")],
    lifecycle: leaving("2026-06-15", "claude-sonnet-5-5"),
    source: "PR",
  },
  {
    ...EARLIER,
    id: "claude-3-7-sonnet-20250219",
    displayName: "Claude Sonnet 3.7",
    prices: [priced(SONNET, "GP")],
    lifecycle: leaving("2026-02-19", "claude-sonnet-5-5"),
    source: "PR",
  },
  {
    ...CLAUDE_3,
    id: "claude-3-5-haiku-20241022",
    displayName: "Claude Haiku 3.5",
    prices: [priced([0.8, 4, 1, 1.6, 0.08], "GP")],
    lifecycle: leaving("2026-02-19", "claude-haiku-5-5"),
    source: "PR",
  },
  {
    ...CLAUDE_3,
    id: "claude-3-5-sonnet-20241022",
    displayName: "Claude 3.5 Sonnet",
    prices: [priced(SONNET, "GP, mission")],
    lifecycle: leaving("2025-10-28", "claude-sonnet-5-5"),
    source: "PR, mission; Anthropic's own output limit was 8,192 as well",
  },
  {
    ...CLAUDE_3,
    id: "claude-3-5-sonnet-20240620",
    displayName: "Claude 3.5 Sonnet (June 2024)",
    prices: [priced(SONNET, "GP")],
    lifecycle: leaving("2025-10-28", "claude-sonnet-5-5"),
    source: "PR",
  },
  {
    ...CLAUDE_3,
    id: "claude-3-opus-20240229",
    displayName: "Claude 3 Opus",
    outputLimit: 4096,
    prices: [priced(OPUS_4, "GP, mission")],
    lifecycle: leaving("2026-01-05", "claude-opus-5-5"),
    source: "PR, mission; Anthropic's own output limit was 4,096 as well",
  },
  {
    ...CLAUDE_3,
    id: "claude-3-haiku-20240307",
    displayName: "Claude 3 Haiku",
    outputLimit: 4096,
    prices: [priced([0.25, 1.25, 0.3, 0.5, 0.03], "GP, mission")],
    lifecycle: leaving("2026-04-20", "claude-haiku-5-5"),
    source: "PR, mission; Anthropic's own output limit was 4,096 as well",
  },
];
