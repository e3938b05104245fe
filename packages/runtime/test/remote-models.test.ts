import { AVAILABLE_MODELS, lifecycleAt, refreshCatalogue, Secret } from "@ai-config/config-core";
import { fetchRemoteModels } from "@ai-config/config-service";
import { expect, test } from "vitest";

import { startFakeAnthropic } from "../testing/index.ts";

const now = () => new Date("2026-11-23T12:00:00Z");

test("what Anthropic lists today is fetched page by page and merged, prices apart", async () => {
  await using fake = await startFakeAnthropic({ now });
  const remote = await fetchRemoteModels(fetch, `${fake.url}/v1`, new Secret("sk-ant-api03-test"));
  const { models, changes, skipped } = refreshCatalogue(remote, { date: now() });
  expect(skipped).toBe(0);
  expect(Object.keys(models).sort()).toEqual(Object.keys(AVAILABLE_MODELS).sort());
  for (const [id, model] of Object.entries(models))
    expect(model.prices).toEqual(AVAILABLE_MODELS[id]?.prices);
  // What is said of models that nobody can call any more is not certain, nor on what day one was called deprecated.
  const certain = changes.filter(
    ({ id, path }) => path !== "lifecycle.deprecatedOn" && lifecycleAt(id, now())?.state !== "retired",
  );
  expect(certain).toEqual([]);
});

test("a refusal and a silence say what happened, without the key", async () => {
  await using fake = await startFakeAnthropic({ keys: {} });
  const ask = (url: string) => fetchRemoteModels(fetch, url, new Secret("sk-ant-api03-canary"));
  await expect(ask(`${fake.url}/v1`)).rejects.toThrow(
    "Anthropic answered 401 instead of its list of models.",
  );
  await expect(ask("http://127.0.0.1:1/v1")).rejects.toThrow(
    "Anthropic could not be reached for its list of models.",
  );
});
