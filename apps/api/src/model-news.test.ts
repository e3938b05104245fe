import { AVAILABLE_MODELS, configurationFromEnvironment } from "@ai-config/config-core";
import { startFakeAnthropic } from "@ai-config/runtime/testing";
import { pino } from "pino";
import { describe, expect, test } from "vitest";

import { currentCatalogue, sayWhatEnds } from "./model-news.ts";

const key = "sk-ant-api03-canary-of-this-test";
const opus = "claude-opus-5-5";
const builtIn = { models: AVAILABLE_MODELS, multipliers: { "an organization": 0.85 } };
/** As an operator's file can have it; Anthropic names the model otherwise. */
const renamed = { ...AVAILABLE_MODELS[opus], displayName: "Our Opus" } as (typeof AVAILABLE_MODELS)[string];
const corrected = { ...builtIn, models: { ...AVAILABLE_MODELS, [opus]: renamed } };

/** What a start says while it asks a server for the models. */
async function ask(baseUrl: string, source: Record<string, string> = { ANTHROPIC_API_KEY: key }) {
  const lines: string[] = [];
  const log = pino({ base: null, timestamp: false }, { write: (line: string) => void lines.push(line) });
  const catalogue = await currentCatalogue(
    {
      catalogue: corrected,
      refreshModels: true,
      source: { ...source, ANTHROPIC_API_BASE_URL: `${baseUrl}/v1` },
    },
    log,
  );
  return { catalogue, logged: lines.join("") };
}

describe("the models of a start", () => {
  test("are what Anthropic says where it is asked, and what differed is logged", async () => {
    await using anthropic = await startFakeAnthropic();
    const { catalogue, logged } = await ask(anthropic.url);
    expect(catalogue.models[opus]?.displayName).toBe(AVAILABLE_MODELS[opus]?.displayName);
    expect(catalogue.models[opus]?.prices).toEqual(AVAILABLE_MODELS[opus]?.prices);
    expect(catalogue.multipliers).toBe(corrected.multipliers);
    expect(logged).toMatch(/Anthropic lists \d+ models; \d+ facts differ\./);
    expect(logged).toContain(`"id":"${opus}","path":"displayName","from":"Our Opus"`);
    expect(logged).not.toContain(key);
  });

  test("are not asked for unless wanted", async () => {
    await using anthropic = await startFakeAnthropic();
    const source = { ANTHROPIC_API_KEY: key, ANTHROPIC_API_BASE_URL: `${anthropic.url}/v1` };
    const env = { catalogue: corrected, refreshModels: false, source };
    expect(await currentCatalogue(env, pino({ level: "silent" }))).toBe(corrected);
    expect(anthropic.requests).toEqual([]);
  });

  test("stay as they are without a key to ask with", async () => {
    await using anthropic = await startFakeAnthropic();
    const { catalogue, logged } = await ask(anthropic.url, {});
    expect(catalogue).toBe(corrected);
    expect(logged).toContain("AI_CONFIG_REFRESH_MODELS needs ANTHROPIC_API_KEY.");
    expect(anthropic.requests).toEqual([]);
  });

  test("stay as they are when Anthropic refuses or is away, and the start goes on", async () => {
    await using anthropic = await startFakeAnthropic({ keys: {} });
    const refused = await ask(anthropic.url);
    expect(refused.catalogue).toBe(corrected);
    expect(refused.logged).toContain("Anthropic answered 401 instead of its list of models.");
    const away = await ask("http://127.0.0.1:1");
    expect(away.catalogue).toBe(corrected);
    expect(away.logged).toContain("Anthropic could not be reached for its list of models.");
    expect(refused.logged + away.logged).not.toContain(key);
  });
});

describe("whoever starts is told", () => {
  const said = (day: string, source: Record<string, string> = {}) => {
    const lines: string[] = [];
    const environment = configurationFromEnvironment(source);
    const now = () => new Date(`${day}T12:00:00Z`);
    sayWhatEnds({ environment, models: AVAILABLE_MODELS, now }, (line) => lines.push(line));
    return lines;
  };

  test.each([
    [
      "2026-11-23",
      "The default model: Claude Sonnet 4.5 retires on 2026-11-30, in 7 days. Claude Sonnet 5.5 replaces it.",
    ],
    [
      "2026-12-01",
      "The default model: Claude Sonnet 4.5 replaced by Claude Sonnet 5.5: it was retired on 2026-11-30.",
    ],
  ])("on %s what becomes of the model that everybody inherits", (day, line) => {
    expect(said(day)).toEqual([
      line,
      "The default model: Claude Sonnet 5.5 thinks by default, unlike Claude Sonnet 4.5. What it thinks counts towards the maximum output.",
    ]);
  });

  test("nothing where the operator chose a model that stays", () => {
    expect(said("2026-12-01", { ANTHROPIC_MODEL: opus })).toEqual([]);
  });

  test("nothing while the model is in its prime", () => {
    expect(said("2025-10-01")).toEqual([]);
  });
});
