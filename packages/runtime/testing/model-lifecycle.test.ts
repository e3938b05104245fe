import { expect, test } from "vitest";

import { type FakeAnthropic, startFakeAnthropic } from "./index.ts";
import { bodyOf, hello, verdict, version } from "./post-message.ts";

const headers = { "x-api-key": "sk-ant-x", "anthropic-version": version.new };
const get = async (server: FakeAnthropic, path: string) => {
  const response = await fetch(server.url + path, { headers });
  return { status: response.status, json: await bodyOf(response) };
};

test.each<[string, string, number]>([
  ["claude-sonnet-4-5-20250929", "2026-11-30", 64_000],
  ["claude-opus-4-1-20250805", "2026-08-05", 32_000],
  ["claude-opus-4-20250514", "2026-06-15", 32_000],
  ["claude-sonnet-4-20250514", "2026-06-15", 64_000],
  ["claude-3-haiku-20240307", "2026-04-20", 4_096],
  ["claude-3-7-sonnet-20250219", "2026-02-19", 64_000],
  ["claude-3-5-haiku-20241022", "2026-02-19", 8_192],
  ["claude-3-opus-20240229", "2026-01-05", 4_096],
  ["claude-3-5-sonnet-20241022", "2025-10-28", 8_192],
  ["claude-3-5-sonnet-20240620", "2025-10-28", 8_192],
])("%s works until %s and is not found from then on", async (model, retires, maxTokens) => {
  await using server = await startFakeAnthropic();
  const body = { ...hello, model, max_tokens: maxTokens };
  server.setClock(new Date(Date.parse(retires) - 1));
  expect(await verdict(server, body)).toEqual({ status: 200 });
  expect((await verdict(server, { ...body, max_tokens: maxTokens + 1 })).status).toBe(400);
  expect(await get(server, `/v1/models/${model}`)).toMatchObject({
    status: 200,
    json: { lifecycle: "deprecated", retires_at: `${retires}T00:00:00Z` },
  });
  server.setClock(new Date(retires));
  expect(await verdict(server, body)).toEqual({ status: 404, message: `model: ${model}` });
  expect((await get(server, `/v1/models/${model}`)).json.lifecycle).toBe("retired");
});

test("Claude 3 takes both sampling parameters, neither thinks nor knows effort or geography", async () => {
  await using server = await startFakeAnthropic({ now: () => new Date("2025-01-01") });
  const ask = (more: object) =>
    verdict(server, { ...hello, model: "claude-3-opus-20240229", ...more }, { version: version.old });
  expect(await ask({ temperature: 0.3, top_p: 0.4, top_k: 5 })).toEqual({ status: 200 });
  for (const more of [
    { thinking: { type: "enabled", budget_tokens: 1024 }, max_tokens: 2000 },
    { thinking: { type: "adaptive" } },
    { output_config: { effort: "low" } },
    { inference_geo: "us" },
  ]) {
    expect((await ask(more)).status).toBe(400);
  }
});

test("an unknown model and one that is not out yet are not found", async () => {
  await using server = await startFakeAnthropic({ now: () => new Date("2026-11-08") });
  expect(await verdict(server, { ...hello, model: "claude-nothing" })).toEqual({
    status: 404,
    message: "model: claude-nothing",
  });
  expect((await verdict(server, { ...hello, model: "claude-fable-5-2" })).status).toBe(404);
  server.setClock(new Date("2026-11-09"));
  expect((await verdict(server, { ...hello, model: "claude-fable-5-2" })).status).toBe(200);
});

test("an alias is answered by the model it stands for", async () => {
  await using server = await startFakeAnthropic();
  expect((await get(server, "/v1/models/claude-haiku-4-5")).json.id).toBe("claude-haiku-4-5-20251001");
  expect((await get(server, "/v1/models/claude-opus-4-0")).json.id).toBe("claude-opus-4-20250514");
  expect((await get(server, "/v1/models/claude-sonnet-4-0")).json.id).toBe("claude-sonnet-4-20250514");
  expect((await get(server, "/v1/models/claude-nothing")).status).toBe(404);
});

test("the list tells lifecycle, limits and capabilities, newest first", async () => {
  await using server = await startFakeAnthropic({ now: () => new Date("2026-11-23") });
  const { json } = await get(server, "/v1/models?limit=1000");
  expect(json.data).toHaveLength(18);
  expect(json).toMatchObject({ has_more: false, first_id: "claude-fable-5-2", last_id: "claude-mythos-5" });
  expect(json.data[3]).toEqual({
    type: "model",
    id: "claude-sonnet-5-5",
    display_name: "Claude Sonnet 5.5",
    created_at: "2026-09-28T00:00:00Z",
    line: "sonnet",
    lifecycle: "active",
    deprecated_at: null,
    retires_at: null,
    max_input_tokens: 1_000_000,
    max_tokens: 128_000,
    capabilities: expect.objectContaining({
      effort: {
        supported: true,
        low: { supported: true },
        medium: { supported: true },
        high: { supported: true },
        xhigh: { supported: true },
        max: { supported: true },
      },
      thinking: {
        supported: true,
        types: {
          adaptive: { supported: true },
          enabled: { supported: false },
          disabled: { supported: false },
          between_tools: { supported: true },
        },
      },
    }),
  });
  const leaving = json.data.filter((model: { lifecycle: string }) => model.lifecycle === "deprecated");
  expect(leaving).toMatchObject([
    {
      id: "claude-sonnet-4-5-20250929",
      retires_at: "2026-11-30T00:00:00Z",
      deprecated_at: "2026-10-01T00:00:00Z",
    },
  ]);
});

test("the list is paged in both directions and filtered by lifecycle", async () => {
  await using server = await startFakeAnthropic({ now: () => new Date("2026-11-23") });
  const ids = async (query: string) => {
    const { json } = await get(server, `/v1/models?${query}`);
    return [json.data.map((model: { id: string }) => model.id), json.has_more];
  };
  expect(await ids("limit=2")).toEqual([["claude-fable-5-2", "claude-mythos-5-2"], true]);
  expect(await ids("limit=2&after_id=claude-mythos-5-2")).toEqual([
    ["claude-haiku-5-5", "claude-sonnet-5-5"],
    true,
  ]);
  expect(await ids("limit=2&before_id=claude-haiku-5-5")).toEqual([
    ["claude-fable-5-2", "claude-mythos-5-2"],
    false,
  ]);
  expect((await ids("lifecycle[]=retired"))[0]).toContain("claude-3-opus-20240229");
  expect((await ids("lifecycle=deprecated"))[0]).toEqual(["claude-sonnet-4-5-20250929"]);
  for (const limit of ["0", "1001", "x"]) {
    expect((await get(server, `/v1/models?limit=${limit}`)).status).toBe(400);
  }
});
