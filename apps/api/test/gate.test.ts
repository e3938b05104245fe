import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { Person } from "./support/person.ts";
import { startApi, type TestApi } from "./support/start-api.ts";

const path = "/api/ai-configuration";
const patch = { configName: "default", updates: { model: { temperature: 0.9 } } };

let api: TestApi;
let dana: Person;

beforeAll(async () => {
  api = await startApi();
  dana = new Person(api.url);
  await dana.signUp("dana@example.com");
});

afterAll(() => api?.[Symbol.asyncDispose]());

const json = { "content-type": "application/json" };

describe("what the gate refuses", () => {
  const hostile: [name: string, status: number, code: string, init: Parameters<Person["send"]>[2]][] = [
    [
      "another site's origin",
      403,
      "CROSS_SITE_REQUEST",
      { body: "{}", headers: { ...json, origin: "https://evil.example" } },
    ],
    ["the origin null", 403, "CROSS_SITE_REQUEST", { body: "{}", headers: { ...json, origin: "null" } }],
    [
      "a sibling site",
      403,
      "CROSS_SITE_REQUEST",
      { body: "{}", headers: { ...json, "sec-fetch-site": "same-site" } },
    ],
    [
      "a form",
      415,
      "UNSUPPORTED_MEDIA_TYPE",
      { body: "a=1", headers: { "content-type": "application/x-www-form-urlencoded" } },
    ],
    ["plain text", 415, "UNSUPPORTED_MEDIA_TYPE", { body: "{}", headers: { "content-type": "text/plain" } }],
    [
      "another charset",
      415,
      "UNSUPPORTED_MEDIA_TYPE",
      { body: "{}", headers: { "content-type": "application/json; charset=utf-16" } },
    ],
    [
      "a compressed body",
      415,
      "UNSUPPORTED_MEDIA_TYPE",
      { body: "{}", headers: { ...json, "content-encoding": "gzip" } },
    ],
    ["a body over 256 KiB", 413, "REQUEST_TOO_LARGE", { body: `"${"x".repeat(300_000)}"`, headers: json }],
    ["no JSON", 400, "INPUT_INVALID", { body: "{", headers: json }],
    ["broken UTF-8", 400, "INPUT_INVALID", { body: new Uint8Array([0x22, 0xff, 0x22]), headers: json }],
    [
      "ten thousand levels",
      400,
      "INPUT_INVALID",
      { body: "[".repeat(10_000) + "]".repeat(10_000), headers: json },
    ],
    [
      "__proto__",
      400,
      "INPUT_INVALID",
      { body: '{"configName":"default","updates":{"__proto__":{"x":1}}}', headers: json },
    ],
    [
      "constructor",
      400,
      "INPUT_INVALID",
      { body: '{"configName":"default","updates":{"constructor":1}}', headers: json },
    ],
    ["NUL", 400, "INPUT_INVALID", { body: '{"configName":"a\\u0000","updates":{}}', headers: json }],
    [
      "a lone surrogate",
      400,
      "INPUT_INVALID",
      { body: '{"configName":"a\\ud800","updates":{}}', headers: json },
    ],
    [
      "a field that is none",
      400,
      "INPUT_INVALID",
      { body: '{"configName":"default","updates":{},"priority":9}', headers: json },
    ],
  ];

  test.each(hostile)("%s", async (_name, status, code, init) => {
    const answer = await dana.send("PATCH", path, init);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ success: false, error: { code } });
    expect((answer.body as { error: { requestId: string } }).error.requestId).toBe(
      answer.headers.get("x-request-id"),
    );
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain("x");
  });

  test("nothing of that changed anything", async () => {
    const { body } = await dana.send("GET", path);
    expect(body).toMatchObject({ userConfigurations: [] });
  });

  test("a body that grows past the limit without announcing its length", async () => {
    const endless = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(64 * 1024).fill(0x20)),
    });
    const answer = await dana.send("PATCH", path, { body: endless, headers: json }).catch(() => undefined);
    if (answer) expect(answer.status).toBe(413);
    expect((await dana.send("GET", "/healthz")).status).toBe(200);
  });

  test("more than ten calls in one request, of which none is made", async () => {
    const procedures = Array.from({ length: 11 }, () => "organization.create").join(",");
    const inputs = Object.fromEntries(
      Array.from({ length: 11 }, (_, index) => [index, { name: `Batch ${index}` }]),
    );
    const answer = await dana.json("POST", `/api/trpc/${procedures}?batch=1`, inputs);
    expect(answer.status).toBe(400);
    const { body } = await dana.send("GET", "/api/trpc/organization.list");
    expect(JSON.stringify(body)).not.toContain("Batch");
  });

  test.each(["/api/nothing", "/api//ai-configuration", "/api/trpc/no.such"])(
    "an address that does not exist: %s",
    async (address) => {
      const answer = await dana.send("GET", address);
      expect(answer.status).toBe(404);
      expect(JSON.stringify(answer.body)).toContain("NOT_FOUND");
    },
  );
});

describe("what the gate lets through", () => {
  test.each([
    ["the product's own origin", { origin: "own" }],
    ["a same-origin fetch", { "sec-fetch-site": "same-origin" }],
    ["a client that is no browser", {}],
  ])("%s", async (_name, headers) => {
    const own = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value === "own" ? api.url : value]),
    );
    expect((await dana.json("PATCH", path, patch, own)).body).toEqual({ success: true });
  });

  test("answers say that they are private, cannot be framed and load nothing from elsewhere", async () => {
    const { headers } = await dana.send("GET", "/api/trpc/me.get");
    expect(headers.get("cache-control")).toBe("private, no-store");
    expect(headers.get("vary")).toContain("Cookie");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("content-security-policy")).toContain("default-src 'self'");
    expect(headers.get("content-security-policy")).not.toContain("script-src 'unsafe-inline'");
  });

  test("a request id is kept where it is harmless, and replaced where it is not", async () => {
    const kept = await dana.send("GET", "/healthz", { headers: { "x-request-id": "abc-12345678" } });
    expect(kept.headers.get("x-request-id")).toBe("abc-12345678");
    const replaced = await dana.send("GET", "/healthz", { headers: { "x-request-id": "<script>" } });
    expect(replaced.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each([
    ["weak, as proxies make it", (etag: string) => `W/${etag}`, 304],
    ["among others", (etag: string) => `"other", W/"another", ${etag}`, 304],
    ["as anything at all", () => "*", 304],
    ["among others that it is not", () => '"other", W/"another"', 200],
    ["as nothing that a tag can be", () => "other", 200],
  ])("the tag of an answer counts %s", async (_name, ifNoneMatch, status) => {
    const etag = (await dana.send("GET", path)).headers.get("etag") ?? "";
    const answer = await dana.send("GET", path, { headers: { "if-none-match": ifNoneMatch(etag) } });
    expect(answer.status).toBe(status);
    expect(answer.headers.get("etag")).toBe(etag);
    expect(answer.body === "").toBe(status === 304);
  });

  test("an unchanged configuration is answered with 304 and no body, a changed one in full", async () => {
    const first = await dana.send("GET", path);
    const etag = first.headers.get("etag") ?? "";
    expect(etag).toMatch(/^"[\w-]{24}"$/);
    expect(await dana.send("GET", path, { headers: { "if-none-match": etag } })).toMatchObject({
      status: 304,
      body: "",
    });
    await dana.json("PATCH", path, { configName: "default", updates: { model: { temperature: 0.1 } } });
    const changed = await dana.send("GET", path, { headers: { "if-none-match": etag } });
    expect(changed).toMatchObject({ status: 200, body: { effective: { model: { temperature: 0.1 } } } });
  });
});
