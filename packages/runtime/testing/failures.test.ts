import { expect, test } from "vitest";

import { failures, type Step, startFakeAnthropic } from "./index.ts";
import { bodyOf, hello, postMessage } from "./post-message.ts";

test.each<[string, Step, number, string, string | null, string | undefined]>([
  ["invalidRequest", failures.invalidRequest(), 400, "invalid_request_error", null, undefined],
  ["spendCap400", failures.spendCap400(), 400, "invalid_request_error", null, undefined],
  ["workspaceSpendCap400", failures.workspaceSpendCap400(), 400, "invalid_request_error", null, undefined],
  ["authentication", failures.authentication(), 401, "authentication_error", null, undefined],
  ["billing", failures.billing(), 402, "billing_error", null, undefined],
  ["permission", failures.permission(), 403, "permission_error", null, undefined],
  ["notFound", failures.notFound(), 404, "not_found_error", null, undefined],
  ["requestTimeout", failures.requestTimeout(), 408, "timeout_error", null, undefined],
  ["conflict", failures.conflict(), 409, "conflict_error", null, undefined],
  ["requestTooLarge", failures.requestTooLarge(), 413, "request_too_large", null, undefined],
  ["rateLimited(7)", failures.rateLimited(7), 429, "rate_limit_error", "7", undefined],
  ["rateLimited()", failures.rateLimited(), 429, "rate_limit_error", null, undefined],
  ["rampLimit", failures.rampLimit(9), 429, "rate_limit_error", "9", "ramp_limit_exceeded"],
  [
    "enforcedSpendLimit",
    failures.enforcedSpendLimit(),
    429,
    "rate_limit_error",
    null,
    "enforced_spend_limit_reached",
  ],
  [
    "contractSpendLimit",
    failures.contractSpendLimit(),
    429,
    "rate_limit_error",
    null,
    "contract_spend_limit_reached",
  ],
  ["internal", failures.internal(), 500, "api_error", null, undefined],
  ["serviceUnavailable", failures.serviceUnavailable(), 503, "service_unavailable", null, undefined],
  ["gatewayTimeout", failures.gatewayTimeout(), 504, "timeout_error", null, undefined],
  ["overloaded", failures.overloaded(), 529, "overloaded_error", null, undefined],
])("%s answers as the API does, once", async (_, step, status, type, retryAfter, code) => {
  await using server = await startFakeAnthropic();
  server.script(step);
  const response = await postMessage(server);
  expect([response.status, response.headers.get("retry-after")]).toEqual([status, retryAfter]);
  const body = await bodyOf(response);
  expect(body).toEqual({
    type: "error",
    error: { type, message: expect.any(String), ...(code && { details: { error_code: code } }) },
    request_id: response.headers.get("request-id"),
  });
  expect(server.requests[0]?.status).toBe(status);
  expect((await postMessage(server)).status).toBe(200);
});

test("a spend cap is told only by the first words of its message, which name the day it ends", async () => {
  await using server = await startFakeAnthropic();
  server.script(failures.spendCap400("2026-12-01"), failures.workspaceSpendCap400("2027-01-01"));
  const message = async () => (await bodyOf(await postMessage(server))).error.message;
  expect(await message()).toMatch(/^You have reached your specified API usage limits.*2026-12-01/);
  expect(await message()).toMatch(/^You have reached your specified workspace API usage limits.*2027-01-01/);
});

test("steps go to the requests they fit, by key, model and path", async () => {
  await using server = await startFakeAnthropic();
  server.script(
    { ...failures.overloaded(), when: { key: "sk-ant-b" } },
    { ...failures.internal(), when: { model: "claude-opus-5-5" } },
    { ...failures.rateLimited(1), when: { path: "/v1/models" } },
  );
  expect((await postMessage(server)).status).toBe(200);
  expect((await postMessage(server, { ...hello, model: "claude-opus-5-5" })).status).toBe(500);
  expect((await postMessage(server, hello, { headers: { "x-api-key": "sk-ant-b" } })).status).toBe(529);
  const headers = { "x-api-key": "sk-ant-a", "anthropic-version": "2026-10-21" };
  expect((await fetch(`${server.url}/v1/models`, { headers })).status).toBe(429);
  expect(server.pendingSteps()).toEqual([]);
});

test("a failure may also last until further notice, or keep the client waiting", async () => {
  await using server = await startFakeAnthropic({ answer: failures.overloaded() });
  expect((await postMessage(server)).status).toBe(529);
  expect((await postMessage(server)).status).toBe(529);
  server.respondWith({ delayMs: 60 });
  const startedAt = performance.now();
  expect((await postMessage(server)).status).toBe(200);
  expect(performance.now() - startedAt).toBeGreaterThan(50);
});

test("a dropped connection gives no answer; a hanging one ends when the client leaves", async () => {
  await using server = await startFakeAnthropic();
  server.script(failures.dropConnection(), failures.hang());
  await expect(postMessage(server)).rejects.toThrow("fetch failed");
  expect(server.requests[0]).toMatchObject({ aborted: false, status: undefined });
  await expect(postMessage(server, hello, { signal: AbortSignal.timeout(50) })).rejects.toThrow("timeout");
  await expect.poll(() => server.requests[1]).toMatchObject({ aborted: true, status: undefined });
});

test("a client that leaves during a delay is recorded", async () => {
  await using server = await startFakeAnthropic({ answer: { delayMs: 5_000 } });
  await expect(postMessage(server, hello, { signal: AbortSignal.timeout(30) })).rejects.toThrow("timeout");
  await expect.poll(() => server.requests[0]?.aborted).toBe(true);
});

test("an answer can be no JSON, come long after its headers, or break off in its middle", async () => {
  await using server = await startFakeAnthropic();
  server.script(failures.malformedJson(), failures.slowBody(600_000), failures.resetStream());
  const broken = await postMessage(server);
  expect([broken.status, broken.headers.get("content-type")]).toEqual([200, "application/json"]);
  await expect(broken.json()).rejects.toThrow(SyntaxError);
  const leaving = new AbortController();
  const slow = await postMessage(server, hello, { signal: leaving.signal });
  expect(slow.status).toBe(200);
  leaving.abort();
  await expect(slow.json()).rejects.toThrow("aborted");
  const cut = await postMessage(server);
  expect(cut.status).toBe(200);
  await expect(cut.text()).rejects.toThrow("terminated");
});

test("a stream can hold a broken event, start late, or trickle", async () => {
  await using server = await startFakeAnthropic();
  server.script(failures.malformedJson(), failures.slowBody(60), failures.trickle(5, 1));
  const stream = { ...hello, stream: true };
  const events = async () => [
    ...(await (await postMessage(server, stream)).text()).matchAll(/^data: (.+)$/gm),
  ];
  const parse = (lines: RegExpMatchArray[]) => lines.map(([, json = ""]) => JSON.parse(json));
  const broken = await events();
  expect(() => parse(broken)).toThrow(SyntaxError);
  expect(parse(await events()).at(-1)).toEqual({ type: "message_stop" });
  const deltas = parse(await events()).filter(({ type }) => type === "content_block_delta");
  expect(deltas.map(({ delta }) => delta.text)).toEqual(["x", "x", "x", "x", "x"]);
});
