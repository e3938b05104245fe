import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { Secret } from "@ai-config/config-core";
import Anthropic from "@anthropic-ai/sdk";
import type { MessageCreateParamsNonStreaming } from "@anthropic-ai/sdk/resources/messages/messages";
import { afterAll, beforeAll, expect, test } from "vitest";

import { WATCH, type WatchedOptions } from "./lean-client.ts";
import { createSdkClient } from "./sdk-client.ts";

const KEY = `sk-ant-api03-${"a".repeat(40)}`;
const server = createServer();
const seen: { url: string; method: string; headers: readonly string[]; body: string }[] = [];
let baseURL: string;

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

beforeAll(async () => {
  server.on("request", async (request, response) => {
    const { url = "", method = "", rawHeaders } = request;
    seen.push({ url, method, headers: rawHeaders, body: await bodyOf(request) });
    response.setHeader("content-type", "application/json").end('{"type":"message","input_tokens":1}');
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

/** Names and values in their order; of its timeout each client tells the server its own. */
function comparable({ headers, ...rest }: (typeof seen)[number]) {
  const pairs: [string, string][] = [];
  for (let at = 0; at < headers.length; at += 2) {
    const name = (headers[at] ?? "").toLowerCase();
    pairs.push([name, name === "x-stainless-timeout" ? "" : (headers[at + 1] ?? "")]);
  }
  return { ...rest, headers: pairs.toSorted() };
}

/** A body that ends in the middle. */
function brokenOff(): ReadableStream {
  return new ReadableStream({ pull: (controller) => controller.error(new TypeError("terminated")) });
}

/** What a caller gets to see of a request: the answer and its ids, or the error and all that it tells. */
async function readBy(client: Anthropic): Promise<unknown> {
  try {
    const answer: unknown = await client.messages.create(plain);
    return { answer, ids: Object.getOwnPropertyDescriptors(answer ?? {}) };
  } catch (error) {
    const { name, message, cause } = error as Error;
    return { class: (error as Error).constructor, name, message, cause, ...(error as object) };
  }
}

const plain: MessageCreateParamsNonStreaming = {
  model: "claude-sonnet-5-5",
  max_tokens: 100,
  messages: [{ role: "user", content: "Grüße 👋" }],
};

test("every request goes over the wire as Anthropic's own client sends it", async () => {
  const own = new Anthropic({ apiKey: KEY, baseURL, maxRetries: 0, logLevel: "off" });
  const lean = createSdkClient(new Secret(KEY), { baseUrl: `${baseURL}/v1`, fetch });
  const beta = { headers: { "anthropic-beta": "context-1m", "x-mine": "1" } };
  const ways: ((client: Anthropic) => Promise<unknown>)[] = [
    (client) => client.messages.create(plain),
    (client) => client.messages.create({ ...plain, max_tokens: 7, system: "Be brief." }),
    (client) => client.messages.create(plain, beta),
    (client) => client.messages.create({ ...plain, user_profile_id: "profile_1" }),
    (client) => client.messages.create(plain),
    (client) => client.messages.countTokens({ model: plain.model, messages: plain.messages }),
    (client) => client.messages.countTokens({ model: plain.model, messages: plain.messages }),
    (client) => client.messages.create({ ...plain, stream: true }),
    (client) => client.messages.create({ ...plain, stream: true }),
  ];
  for (const way of ways) {
    seen.length = 0;
    await way(own);
    await way(lean);
    const [expected, sent] = seen.map(comparable);
    expect(expected?.headers.map(([name]) => name)).toContain("authorization");
    expect(sent).toEqual(expected);
  }
});

test("every answer is read as Anthropic's own client reads it", async () => {
  const json = {
    "content-type": "application/json",
    "request-id": "req_1",
    "anthropic-workspace-id": "ws_1",
  };
  const wrong = {
    type: "error",
    error: { type: "overloaded_error", message: "Overloaded" },
    request_id: "req_1",
  };
  const capped = { type: "billing_error", message: "Cap", details: { error_code: "spend_limit_reached" } };
  const answers: (() => Response)[] = [
    () => Response.json({ type: "message", id: "msg_1" }, { headers: json }),
    () => new Response("not JSON", { headers: json }),
    () => new Response("a page", { headers: { "content-type": "text/html" } }),
    () => new Response("", { headers: { ...json, "content-length": "0" } }),
    () => new Response(null, { status: 204 }),
    () => Response.json(wrong, { status: 529, headers: json }),
    () => Response.json({ error: capped }, { status: 400, headers: json }),
    () => Response.json("gone", { status: 404, headers: json }),
    () => Response.json(null, { status: 404, headers: json }),
    () => new Response("<html>Bad gateway</html>", { status: 502, headers: { "retry-after": "7" } }),
    () => new Response("", { status: 500 }),
    () => new Response(brokenOff(), { status: 429, headers: json }),
    () => Response.error(),
    () => {
      throw new TypeError("fetch failed", { cause: new Error("reset") });
    },
  ];
  for (const answer of answers) {
    const options = {
      apiKey: KEY,
      baseURL,
      fetch: async () => answer(),
      maxRetries: 0,
      logLevel: "off",
    } as const;
    const own = await readBy(new Anthropic(options));
    const lean = await readBy(createSdkClient(new Secret(KEY), { baseUrl: baseURL, fetch: options.fetch }));
    expect(lean).toEqual(own);
  }
});

test("what a wrapper of fetch adds to a request's headers stays with that request", async () => {
  const ids = ["first", "second", "third"];
  const wrapped: typeof fetch = (input, init) => {
    const { headers } = init as { headers: Headers };
    headers.append("x-trace", ids.shift() ?? "");
    return fetch(input, init);
  };
  const lean = createSdkClient(new Secret(KEY), { baseUrl: baseURL, fetch: wrapped });
  seen.length = 0;
  for (let call = 0; call < 3; call += 1) await lean.messages.create(plain);
  const traces = seen.map(({ headers }) => headers[headers.indexOf("x-trace") + 1]);
  expect(traces).toEqual(["first", "second", "third"]);
});

test("the watch of a request can end it, and hears of an answer that is none of an error", async () => {
  const heard: string[] = [];
  const answering = createSdkClient(new Secret(KEY), { baseUrl: baseURL, fetch });
  const failing = createSdkClient(new Secret(KEY), {
    baseUrl: baseURL,
    fetch: async () => new Response("{}", { status: 500 }),
  });
  const options = (name: string, onSend = (_: AbortController) => {}): WatchedOptions => ({
    [WATCH]: { onSend, onHeaders: ({ status }) => heard.push(`${name} ${status}`) },
  });
  await answering.messages.create(plain, options("answered"));
  await expect(failing.messages.create(plain, options("failed"))).rejects.toMatchObject({ status: 500 });
  const reason = new Error("ended");
  const ended = answering.messages.create(
    plain,
    options("ended", (request) => request.abort(reason)),
  );
  await expect(ended).rejects.toMatchObject({ cause: reason });
  expect(heard).toEqual(["answered 200"]);
});
