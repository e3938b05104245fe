import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { errorLines } from "./support/error-lines.ts";
import { Person } from "./support/person.ts";
import { type RawRequest, sendRaw } from "./support/send-raw.ts";
import { startApi, type TestApi } from "./support/start-api.ts";

const query = "/api/trpc/configuration.list";
const mutation = "/api/trpc/configuration.update";
const json = { "content-type": "application/json" };

let api: TestApi;
let dana: Person;

beforeAll(async () => {
  api = await startApi();
  dana = new Person(api.url);
  await dana.signUp("dana@example.com");
});

afterAll(() => api?.[Symbol.asyncDispose]());

const send = (request: RawRequest) =>
  sendRaw(api.url, { ...request, headers: { cookie: dana.cookie, ...request.headers } });
const get = (path: string, headers = {}): RawRequest => ({ method: "GET", path, headers });
const post = (path: string, body: string, headers: Record<string, string> = json): RawRequest => ({
  method: "POST",
  path,
  headers,
  body,
});
const batch = (names: readonly string[]) => `/api/trpc/${names.join(",")}?batch=1`;

interface WireError {
  error: { message: string; data: { httpStatus: number; aiConfig: { code: string; requestId: string } } };
}

test.each(["budget.status", "configuration.effective"])(
  "a query all of whose fields may be left out needs no input: %s",
  async (name) => {
    const { status, body } = await dana.send("GET", `/api/trpc/${name}`);
    expect([status, body]).toMatchObject([200, { result: { data: {} } }]);
    expect(body).toEqual((await dana.send("GET", `/api/trpc/${name}?input={}`)).body);
  },
);

test.each(["alerts.list", "usage.summary", "configuration.list", "audit.list"])(
  "a query that needs an input says so, and where it goes: %s",
  async (name) => {
    const { status, body } = await dana.send("GET", `/api/trpc/${name}`);
    const issues = [{ path: "", code: "malformed", message: expect.stringMatching(/no input.*[?]input=/) }];
    expect([status, body]).toMatchObject([
      400,
      { error: { data: { aiConfig: { code: "INPUT_INVALID", issues } } } },
    ]);
  },
);

describe("a call that cannot be read is the caller's mistake", () => {
  const calls: [name: string, request: RawRequest, status: number, code: string][] = [
    ["no JSON in the address", get(`${query}?input={`), 400, "INPUT_INVALID"],
    ["broken UTF-8 in the address", get(`${query}?input=%ff`), 400, "INPUT_INVALID"],
    ["NUL in the address", get(`${query}?input=%00`), 400, "INPUT_INVALID"],
    ["no JSON for a batch", get(`${query}?batch=1&input={`), 400, "INPUT_INVALID"],
    ["a list for a batch", get(`${query}?batch=1&input=[]`), 400, "INPUT_INVALID"],
    ["a number for a batch", get(`${query}?batch=1&input=5`), 400, "INPUT_INVALID"],
    ["null for a batch", get(`${query}?batch=1&input=null`), 400, "INPUT_INVALID"],
    ["a text for a batch", get(`${query}?batch=1&input="x"`), 400, "INPUT_INVALID"],
    ["a list as the body of a batch", post(`${mutation}?batch=1`, "[]"), 400, "INPUT_INVALID"],
    ["a number as the body of a batch", post(`${mutation}?batch=1`, "5"), 400, "INPUT_INVALID"],
    ["an empty body", post(mutation, ""), 400, "INPUT_INVALID"],
    ["half a body", post(mutation, "{"), 400, "INPUT_INVALID"],
    ["no content type", post(mutation, "", {}), 415, "UNSUPPORTED_MEDIA_TYPE"],
    [
      "a query of a form",
      get(query, { "content-type": "multipart/form-data" }),
      415,
      "UNSUPPORTED_MEDIA_TYPE",
    ],
    ["a stream of one call", get(query, { "trpc-accept": "application/jsonl" }), 400, "INPUT_INVALID"],
    ["broken connection parameters", get(`${query}?connectionParams=x`), 400, "INPUT_INVALID"],
    ["a path of NUL", get("/api/trpc/%00"), 404, "NOT_FOUND"],
    ["a path with NUL in it", get(`${query}%00`), 404, "NOT_FOUND"],
    ["a path of broken UTF-8", get("/api/trpc/%ff"), 404, "NOT_FOUND"],
    ["a path of half an escape", get("/api/trpc/%"), 404, "NOT_FOUND"],
    ["a path that climbs in disguise", get("/api/trpc/..%2f..%2fetc%2fpasswd"), 404, "NOT_FOUND"],
    ["a path into the router", get("/api/trpc/_def.record"), 404, "NOT_FOUND"],
    ["a path into the prototype", get("/api/trpc/__proto__.toString"), 404, "NOT_FOUND"],
    ["a path of five thousand signs", get(`/api/trpc/${"x".repeat(5000)}`), 404, "NOT_FOUND"],
    ["no path", get("/api/trpc"), 404, "NOT_FOUND"],
    ["half a path", get("/api/trpc/configuration"), 404, "NOT_FOUND"],
    ["a procedure that does not exist", get("/api/trpc/no.such"), 404, "NOT_FOUND"],
    ["a batch of what does not exist", get(`${batch(["no", "no"])}&input={}`), 404, "NOT_FOUND"],
    [
      "more calls than a batch may hold",
      get(`${batch(Array<string>(11).fill("me.get"))}&input={}`),
      400,
      "INPUT_INVALID",
    ],
    ["a thousand calls", get(`${batch(Array<string>(1000).fill("me.get"))}&input={}`), 400, "INPUT_INVALID"],
    ["queries and mutations at once", get(batch(["me.get", "key.rotate"])), 400, "INPUT_INVALID"],
    ["a mutation by GET", get(mutation), 405, "METHOD_NOT_ALLOWED"],
    ["a query by POST", post(query, "{}"), 405, "METHOD_NOT_ALLOWED"],
    ...["TRACE", "OPTIONS", "PUT", "PATCH", "DELETE", "QUERY", "PROPFIND", "PURGE"].map(
      (method): [string, RawRequest, number, string] => [
        `the method ${method}`,
        { method, path: query },
        405,
        "METHOD_NOT_ALLOWED",
      ],
    ),
  ];

  test.each(calls)("%s", async (_name, request, status, code) => {
    const before = errorLines(api).length;
    const answer = await send(request);
    expect(answer.status).toBe(status);
    expect(answer.headers["content-type"]).toMatch(/^application\/json/);
    if (status === 405) expect(answer.headers.allow).toMatch(/^(GET|POST|GET, POST)$/);
    const body = JSON.parse(answer.body) as WireError | WireError[];
    for (const { error } of Array.isArray(body) ? body : [body]) {
      expect(error.data).toMatchObject({ httpStatus: status, aiConfig: { code } });
      expect(error.data.aiConfig.requestId).toBe(answer.headers["x-request-id"]);
      expect(error.message).toMatch(/^[A-Z].*\.$/);
    }
    expect(answer.body).not.toMatch(/node_modules|SyntaxError|URIError|Unexpected/);
    expect(errorLines(api).slice(before)).toEqual([]);
  });

  test("of a batch only the call that cannot be read is refused", async () => {
    const answer = await send(get(`${batch(["me.get", "no.such", "model.list"])}&input={}`));
    expect(answer.status).toBe(207);
    const [me, none, models] = JSON.parse(answer.body) as (WireError | { result: unknown })[];
    expect(me).toMatchObject({ result: {} });
    expect(none).toMatchObject({ error: { data: { aiConfig: { code: "NOT_FOUND" } } } });
    expect(models).toMatchObject({ result: {} });
  });
});

describe("what the gate refuses is told to a typed caller in tRPC's own form", () => {
  test.each<[name: string, request: RawRequest, status: number, code: string, trpcCode: string]>([
    [
      "another site",
      post(mutation, "{}", { ...json, origin: "https://evil.example" }),
      403,
      "CROSS_SITE_REQUEST",
      "FORBIDDEN",
    ],
    [
      "a form",
      post(mutation, "a=1", { "content-type": "text/plain" }),
      415,
      "UNSUPPORTED_MEDIA_TYPE",
      "UNSUPPORTED_MEDIA_TYPE",
    ],
    [
      "a body too large",
      post(mutation, `"${"x".repeat(300_000)}"`),
      413,
      "REQUEST_TOO_LARGE",
      "PAYLOAD_TOO_LARGE",
    ],
  ])("%s", async (_name, request, status, code, trpcCode) => {
    const answer = await send(request);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({
      error: { code: expect.any(Number), data: { code: trpcCode, httpStatus: status, aiConfig: { code } } },
    });
  });
});

describe("a REST address answers no other methods than its own, and names these", () => {
  test.each([
    ["POST", "/api/ai-configuration", "GET, PATCH, DELETE"],
    ["TRACE", "/api/ai-configuration", "GET, PATCH, DELETE"],
    ["OPTIONS", "/api/ai-configuration", "GET, PATCH, DELETE"],
    ["GET", "/api/ai-configuration/rotate-key", "POST"],
    ["PROPFIND", "/api/ai-configuration/rotate-key", "POST"],
    ["DELETE", "/api/audit/export", "GET"],
    ["PUT", "/api/session-options", "GET"],
  ])("%s %s", async (method, path, allow) => {
    const answer = await send({ method, path });
    expect(answer).toMatchObject({ status: 405, headers: { allow } });
    const body = JSON.parse(answer.body) as { error: { requestId: string } };
    expect(body).toMatchObject({ success: false, errors: [], error: { code: "METHOD_NOT_ALLOWED" } });
    expect(body.error.requestId).toBe(answer.headers["x-request-id"]);
  });

  test.each([
    ["GET", "/api/%00"],
    ["GET", "/api/%ff"],
    ["GET", "/api/trpc/../"],
    ["GET", "/api/trpc/%2e%2e/"],
    ["GET", "/api/..%2f..%2fetc%2fpasswd"],
    ["TRACE", "/api/nothing"],
    ["TRACE", "/api/auth/sign-in/email"],
    ["PROPFIND", "/api/auth/sign-in/email"],
    ["POST", "/api/nothing"],
  ])("%s %s finds nothing", async (method, path) => {
    const answer = await send({ method, path });
    expect([404, 405]).toContain(answer.status);
    expect(JSON.parse(answer.body)).toMatchObject({ success: false });
  });

  test("HEAD is GET without a body", async () => {
    expect(await send({ method: "HEAD", path: "/api/ai-configuration" })).toMatchObject({
      status: 200,
      body: "",
    });
  });
});

test("none of that was reported as a failure of ours", () => {
  expect(errorLines(api)).toEqual([]);
});
