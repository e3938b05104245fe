import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";

import { Hono } from "hono";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { ApiVariables } from "../src/http/guard.ts";
import { openServer } from "../src/http/open-server.ts";
import { errorLines } from "./support/error-lines.ts";
import { Person } from "./support/person.ts";
import { sendBytes } from "./support/send-bytes.ts";
import { startApi, type TestApi } from "./support/start-api.ts";

let api: TestApi;
let dana: Person;

beforeAll(async () => {
  api = await startApi({ timeouts: { headersMs: 1_000, requestMs: 1_000, checkMs: 100 } });
  dana = new Person(api.url);
  await dana.signUp("dana@example.com");
});

afterAll(() => api?.[Symbol.asyncDispose]());

const head = (line: string, ...headers: string[]) =>
  [line, "host: localhost", ...headers, "", ""].join("\r\n");
const patch = (...headers: string[]) =>
  head(
    "PATCH /api/ai-configuration HTTP/1.1",
    `cookie: ${dana.cookie}`,
    "content-type: application/json",
    ...headers,
  );

/** The status of an answer, and the code in its envelope. */
function refusalOf(answer: string): [status: string, code: string] {
  const [top = "", body = ""] = answer.split("\r\n\r\n");
  expect(top).toMatch(/\r\nconnection: close/i);
  expect(top).toMatch(/\r\ncontent-type: application\/json/i);
  const { success, error } = JSON.parse(body) as {
    success: boolean;
    error: { code: string; message: string; requestId: string };
  };
  expect(success).toBe(false);
  expect(error.message).toMatch(/^[A-Z].*\.$/);
  expect(top).toContain(error.requestId);
  return [top.split(" ")[1] ?? "", error.code];
}

describe.concurrent("who is too slow is cut off", () => {
  test("with a body that stops", async () => {
    const answer = await sendBytes(api.url, `${patch("content-length: 100")}{"configName":`);
    expect(refusalOf(answer)).toEqual(["408", "REQUEST_TIMEOUT"]);
  });

  test("with headers that stop", async () => {
    const answer = await sendBytes(api.url, "GET /api/ai-configuration HTTP/1.1\r\nhost: localhost\r\nx-a: ");
    expect(refusalOf(answer)).toEqual(["408", "REQUEST_TIMEOUT"]);
  });

  test.each([
    ["a body of an announced length", () => patch("content-length: 200000"), " "],
    ["a body in chunks", () => patch("transfer-encoding: chunked"), "1\r\n \r\n"],
    ["headers", () => "GET /api/ai-configuration HTTP/1.1\r\nhost: localhost\r\n", "x-a: b\r\n"],
  ])("with %s that trickles on for ever", async (_name, start, piece) => {
    const answer = await sendBytes(api.url, start(), { piece });
    // An answer may be lost where pieces cross it.
    if (answer !== "") expect(refusalOf(answer)).toEqual(["408", "REQUEST_TIMEOUT"]);
  });
});

describe("what is no HTTP is answered in our words", () => {
  test.each<[name: string, text: () => string, status: string, code: string]>([
    ["no HTTP at all", () => "hello\r\n\r\n", "400", "INPUT_INVALID"],
    ["a version that does not exist", () => head("GET /healthz HTTP/7.3"), "400", "INPUT_INVALID"],
    ["a method that does not exist", () => head("FROBNICATE /healthz HTTP/1.1"), "400", "INPUT_INVALID"],
    ["a header without a name", () => head("GET /healthz HTTP/1.1", ": nothing"), "400", "INPUT_INVALID"],
    ["a header with NUL", () => head("GET /healthz HTTP/1.1", "x-a: b\0c"), "400", "INPUT_INVALID"],
    ["two lengths", () => patch("content-length: 2", "content-length: 4"), "400", "INPUT_INVALID"],
    [
      "a length and chunks",
      () => `${patch("content-length: 2", "transfer-encoding: chunked")}0\r\n\r\n`,
      "400",
      "INPUT_INVALID",
    ],
    ["a length below zero", () => patch("content-length: -1"), "400", "INPUT_INVALID"],
    [
      "a chunk of no size",
      () => `${patch("transfer-encoding: chunked")}zz\r\n{}\r\n`,
      "400",
      "INPUT_INVALID",
    ],
    [
      "headers over the limit",
      () => head("GET /healthz HTTP/1.1", `x-a: ${"b".repeat(40_000)}`),
      "431",
      "REQUEST_TOO_LARGE",
    ],
    ["a tunnel", () => head("CONNECT example.com:443 HTTP/1.1"), "405", "METHOD_NOT_ALLOWED"],
  ])("%s", async (_name, text, status, code) => {
    const answer = await sendBytes(api.url, text());
    expect(refusalOf(answer)).toEqual([status, code]);
  });

  test.each([
    ["a host that is none", "GET /api/ai-configuration HTTP/1.1\r\nhost: exa mple\r\n"],
    ["a backslash in the path", "GET /api\\trpc HTTP/1.1\r\nhost: localhost\r\n"],
    ["an address that is none", "GET http://[/x HTTP/1.1\r\nhost: localhost\r\n"],
    ["a star", "GET * HTTP/1.1\r\nhost: localhost\r\n"],
  ])("%s", async (_name, text) => {
    const answer = await sendBytes(api.url, `${text}connection: close\r\n\r\n`);
    expect(refusalOf(answer)).toEqual(["400", "INPUT_INVALID"]);
  });
});

test.each([
  ["before the body", () => patch("content-length: 100")],
  ["in the body", () => `${patch("content-length: 100")}{"configName":`],
  ["in a chunk", () => `${patch("transfer-encoding: chunked")}10\r\n{"con`],
  ["before the answer", () => head("GET /api/ai-configuration HTTP/1.1", `cookie: ${dana.cookie}`)],
])("who leaves %s is nobody's failure", async (_name, text) => {
  const before = errorLines(api).length;
  await sendBytes(api.url, text(), { leave: true });
  expect(await dana.send("GET", "/api/ai-configuration")).toMatchObject({ status: 200 });
  expect(errorLines(api).slice(before)).toEqual([]);
});

test("an answer under way is not mixed with a refusal of what comes after its request", async () => {
  const app = new Hono<{ Variables: ApiVariables }>();
  app.get("/", (c) => c.body(new ReadableStream({ start: (answer) => answer.enqueue("the beginning") })));
  const server = openServer(app, pino({ level: "silent" })).listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  let answer = "";
  socket.write(head("GET / HTTP/1.1"));
  for await (const part of socket) {
    answer += String(part);
    if (answer.includes("the beginning")) socket.write("no HTTP\r\n\r\n");
  }
  await new Promise((resolve) => server.close(resolve));
  expect(answer).toContain("the beginning");
  expect(answer).not.toContain("INPUT_INVALID");
});

test("after all that the server is ready, and has nothing to report", async () => {
  expect((await dana.send("GET", "/readyz")).status).toBe(200);
  expect(errorLines(api)).toEqual([]);
});
