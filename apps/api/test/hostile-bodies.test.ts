import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { errorLines } from "./support/error-lines.ts";
import { Person } from "./support/person.ts";
import { startApi, type TestApi } from "./support/start-api.ts";

let api: TestApi;
let dana: Person;

beforeAll(async () => {
  api = await startApi();
  dana = new Person(api.url);
  await dana.signUp("dana@example.com");
});

afterAll(() => api?.[Symbol.asyncDispose]());

type Body = string | Uint8Array<ArrayBuffer> | ReadableStream;

/** The two doors to a user's configuration: how they are addressed, and what surrounds a patch there. */
const doors = [
  { name: "REST", method: "PATCH", path: "/api/ai-configuration", start: "{" },
  {
    name: "tRPC",
    method: "POST",
    path: "/api/trpc/configuration.update",
    start: '{"owner":{"type":"user"},',
  },
] as const;
type Door = (typeof doors)[number];

const json = { "content-type": "application/json" };

function send({ method, path }: Door, body: Body, headers: Record<string, string> = json) {
  return dana.send(method, path, { body, headers });
}

/** The code of a refusal in the envelope of its door, which is complete and not larger than it has to be. */
function codeOf(answer: Awaited<ReturnType<typeof send>>): string {
  const body = answer.body as {
    success?: boolean;
    error: { code: string; data?: { aiConfig: { code: string; requestId: string } }; requestId?: string };
  };
  const wire = body.error.data?.aiConfig ?? body.error;
  expect(wire.requestId).toBe(answer.headers.get("x-request-id"));
  expect(JSON.stringify(body).length).toBeLessThan(20_000);
  return wire.code;
}

async function stored(): Promise<unknown> {
  const { body } = await dana.send("GET", "/api/ai-configuration");
  return (body as { userConfigurations: { configuration: unknown }[] }).userConfigurations.map(
    ({ configuration }) => configuration,
  );
}

const named = (updates: string) => `"configName":"default","updates":${updates}}`;
const temperature = (number: string) => named(`{"model":{"temperature":${number}}}`);
const nested = (levels: number, open: string, close: string) => open.repeat(levels) + close.repeat(levels);
const bytes = (...values: number[]) => new Uint8Array(values);
const encoded = (text: string) => new TextEncoder().encode(text);
const around = (door: Door, middle: Uint8Array) =>
  new Uint8Array([
    ...encoded(`${door.start}"configName":"default","updates":{"model":{"stopSequences":["`),
    ...middle,
    ...encoded('"]}}}'),
  ]);

const everywhere = (key: string): [name: string, rest: string][] => [
  [`${key} beside the patch`, `"${key}":{"polluted":1},${named("{}")}`],
  [`${key} in the patch`, named(`{"${key}":{"polluted":1}}`)],
  [`${key} in a section`, named(`{"model":{"${key}":{"polluted":1}}}`)],
  [`${key} in a list`, named(`{"model":{"stopSequences":[{"${key}":{"polluted":1}}]}}`)],
];

const malformed: [name: string, rest: string][] = [
  ...["__proto__", "constructor", "prototype", "\\u005f_proto__", "__proto\\u005f\\u005f"].flatMap(
    everywhere,
  ),
  ["NUL in the name", '"configName":"a\\u0000b","updates":{}}'],
  ["NUL in a key", named('{"mo\\u0000del":{}}')],
  ["NUL in a text", named('{"model":{"stopSequences":["a\\u0000"]}}')],
  ["NUL in a choice", named('{"model":{"effort":"low\\u0000"}}')],
  ["NUL in a model", named('{"model":{"model":"claude\\u0000"}}')],
  ["NUL in the reason", `"reason":"\\u0000",${named("{}")}`],
  ["a lone high surrogate", named('{"model":{"stopSequences":["\\ud800"]}}')],
  ["a lone low surrogate", named('{"model":{"stopSequences":["\\udc00"]}}')],
  ["surrogates the wrong way round", named('{"model":{"stopSequences":["\\udc00\\ud800"]}}')],
  ["a lone surrogate in a key", named('{"\\ud800":{}}')],
  ["ten thousand lists", named(nested(10_000, "[", "]"))],
  ["ten thousand objects", named(`${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`)],
  ["ten thousand lists that never end", named("[".repeat(10_000))],
  ["lists of objects, a hundred deep", named(nested(50, '[{"a":', "}]").replace(":}", ":1}"))],
  ["a comma too many", named('{"model":{},}')],
  ["a comment", named("{}/* why */")],
  ["single quotes", named("{'model':{}}")],
  ["a key without quotes", named("{model:{}}")],
  ["NaN", temperature("NaN")],
  ["Infinity", temperature("Infinity")],
  ["undefined", temperature("undefined")],
  ["a plus", temperature("+1")],
  ["a zero in front", temperature("01")],
  ["a hexadecimal number", temperature("0x1")],
  ["half a number", temperature("1.")],
  ["half an escape", named('{"model":{"stopSequences":["\\u12"]}}')],
  ["an unknown escape", named('{"model":{"stopSequences":["\\x41"]}}')],
  ["a raw line break in a text", named('{"model":{"stopSequences":["a\nb"]}}')],
  ["a raw NUL", named('{"model":{"stopSequences":["a\0b"]}}')],
  ["a second value", `${named("{}")}{}`],
  ["a no-break space between tokens", named("{\u00a0}")],
  ["half a body", named("{")],
];

const wrong: [name: string, rest: string][] = [
  ["1e400", temperature("1e400")],
  ["-1e400", temperature("-1e400")],
  ["2^53 + 1", temperature("9007199254740993")],
  ["2^53 + 1 where a whole number belongs", named('{"model":{"maxTokens":9007199254740993}}')],
  ["a number of a hundred digits", named(`{"model":{"maxTokens":${"9".repeat(100)}}}`)],
  ["below the least whole number", named('{"rateLimiting":{"requestsPerMinute":-9007199254740993}}')],
  ["a number as a text", temperature('"0.5"')],
  ["a number in a list", temperature("[0.5]")],
  ["true for a number", temperature("true")],
  ["a list for a section", named('{"model":[]}')],
  ["a text for a section", named('{"model":"x"}')],
  ["a text for the patch", named('"x"')],
  ["null for the patch", named("null")],
  ["a list for the patch", named("[]")],
  ["no patch", '"configName":"default"}'],
  ["a list for the name", '"configName":["default"],"updates":{}}'],
  ["a name of 200,000 signs", `"configName":"${"a".repeat(200_000)}","updates":{}}`],
  ["a text of 200,000 signs", named(`{"model":{"stopSequences":["${"a".repeat(200_000)}"]}}`)],
  ["a choice of 200,000 signs", named(`{"model":{"effort":"${"a".repeat(200_000)}"}}`)],
  ["a model of 200,000 signs", named(`{"model":{"model":"${"a".repeat(200_000)}"}}`)],
  ["a key of 200,000 signs", named(`{"${"a".repeat(200_000)}":1}`)],
  ["a list of 60,000 texts", named(`{"model":{"stopSequences":[${Array(60_000).fill('"a"').join()}]}}`)],
  ["a list of 60,000 nulls", named(`{"model":{"stopSequences":[${Array(50_000).fill("null").join()}]}}`)],
  ["20,000 fields", named(`{${Array.from({ length: 20_000 }, (_, index) => `"f${index}":1`).join()}}`)],
  ["a patch of 64 levels", named(nested(60, "[", "]"))],
  ["a key of the prototype", named('{"toString":1,"hasOwnProperty":{},"valueOf":[]}')],
  ["a key of a section's prototype", named('{"model":{"toString":1,"__defineGetter__":{}}}')],
  ["an empty key", named('{"":1}')],
  ["a key with dots", named('{"model.temperature":0.5}')],
];

const kept: [name: string, rest: string, configuration: unknown][] = [
  ["the last of two equal keys", named('{"model":{"topP":0.1,"topP":0.2}}'), { model: { topP: 0.2 } }],
  [
    "the last of two patches",
    `"updates":{"model":{"topP":0.1}},${named('{"model":{"topP":0.3}}')}`,
    { model: { topP: 0.3 } },
  ],
  [
    "the last of two names",
    `"configName":"other",${named('{"model":{"topP":0.4}}')}`,
    { model: { topP: 0.4 } },
  ],
  [
    "nothing of a hidden first key",
    named('{"model":{"__proto__":1},"model":{"topP":0.5}}'),
    { model: { topP: 0.5 } },
  ],
  ["a number too small to be one", temperature("1e-400"), { model: { temperature: 0 } }],
  ["the least number", temperature("5e-324"), { model: { temperature: 5e-324 } }],
  ["minus zero", temperature("-0"), { model: { temperature: 0 } }],
  [
    "a number of 400 digits",
    temperature(`0.${"3".repeat(400)}`),
    { model: { temperature: Number(`0.${"3".repeat(400)}`) } },
  ],
  [
    "a number of 17 digits",
    temperature("0.30000000000000004"),
    { model: { temperature: 0.30000000000000004 } },
  ],
  ["a whole number with a fraction", named('{"model":{"maxTokens":4096.0}}'), { model: { maxTokens: 4096 } }],
  ["a whole number as a power", named('{"model":{"maxTokens":1E3}}'), { model: { maxTokens: 1000 } }],
  [
    "escapes",
    named('{"model":{"stopSequences":["\\u00e9\\ud83d\\ude00\\/\\t"]}}'),
    { model: { stopSequences: ["é😀/\t"] } },
  ],
  ["white space around tokens", ` \t\r\n${named('{ "model" :\t{ "topK" : 3 } }\n')}`, { model: { topK: 3 } }],
];

const contentTypes = [
  "text/plain",
  "text/json",
  "application/xml",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "application/octet-stream",
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/jsonp",
  "application/json; charset=utf-16",
  "application/json; charset=utf-7",
  "application/json, text/plain",
  "application/json;",
  "json",
  "x",
];

const notUtf8: [name: string, value: Uint8Array<ArrayBuffer>][] = [
  ["a lone continuation", bytes(0x80)],
  ["half a sign", bytes(0xc3)],
  ["an overlong slash", bytes(0xc0, 0xaf)],
  ["an overlong NUL", bytes(0xc0, 0x80)],
  ["an encoded surrogate", bytes(0xed, 0xa0, 0x80)],
  ["beyond Unicode", bytes(0xf4, 0x90, 0x80, 0x80)],
  ["five bytes for a sign", bytes(0xf8, 0x88, 0x80, 0x80, 0x80)],
  ["0xff", bytes(0xff)],
  ["Latin-1", bytes(0x63, 0x61, 0x66, 0xe9)],
];

describe.each(doors)("$name", (door) => {
  test.each(malformed)("refuses what is no JSON of an honest client: %s", async (_name, rest) => {
    const before = await stored();
    const answer = await send(door, door.start + rest);
    expect([answer.status, codeOf(answer)]).toEqual([400, "INPUT_INVALID"]);
    expect(await stored()).toEqual(before);
    expect(Reflect.get({}, "polluted")).toBeUndefined();
  });

  test.each(wrong)("refuses what no configuration holds: %s", async (_name, rest) => {
    const before = await stored();
    const answer = await send(door, door.start + rest);
    expect(answer.status).toBe(400);
    expect(["INPUT_INVALID", "CONFIGURATION_INVALID"]).toContain(codeOf(answer));
    expect(await stored()).toEqual(before);
  });

  test.each(kept)("keeps %s", async (_name, rest, configuration) => {
    await dana.json("DELETE", "/api/ai-configuration", { configName: "default" });
    expect(await send(door, door.start + rest)).toMatchObject({ status: 200 });
    expect(await stored()).toEqual([configuration]);
  });

  test.each(contentTypes)("refuses the content type %s", async (type) => {
    const answer = await send(door, door.start + named("{}"), { "content-type": type });
    expect([answer.status, codeOf(answer)]).toEqual([415, "UNSUPPORTED_MEDIA_TYPE"]);
  });

  test.each(["gzip", "br", "deflate", "zstd", "identity, gzip", "x"])(
    "refuses the encoding %s",
    async (name) => {
      const answer = await send(door, door.start + named("{}"), { ...json, "content-encoding": name });
      expect([answer.status, codeOf(answer)]).toEqual([415, "UNSUPPORTED_MEDIA_TYPE"]);
    },
  );

  test.each(notUtf8)("refuses what is no UTF-8: %s", async (_name, value) => {
    const answer = await send(door, around(door, value));
    expect([answer.status, codeOf(answer)]).toEqual([400, "INPUT_INVALID"]);
  });

  test.each([
    ["UTF-16", (text: string) => new Uint8Array([...Buffer.from(`\ufeff${text}`, "utf16le")])],
    ["a byte order mark", (text: string) => encoded(`\ufeff${text}`)],
    ["NULs behind", (text: string) => encoded(`${text}\0\0`)],
    ["nothing but white space", () => encoded(" ".repeat(1000))],
    ["null", () => encoded("null")],
    ["true", () => encoded("true")],
    ["a number", () => encoded("1e400")],
    ["a text", () => encoded('"x"')],
    ["a list", () => encoded("[]")],
  ])("refuses a body that is %s", async (_name, bodyOf) => {
    const answer = await send(door, bodyOf(door.start + named("{}")));
    expect([answer.status, codeOf(answer)]).toEqual([400, "INPUT_INVALID"]);
  });

  test("takes a body of 256 KiB to the byte, and not a byte more", async () => {
    const text = door.start + named('{"model":{"topK":7}}');
    const padded = text.padEnd(256 * 1024);
    expect((await send(door, padded)).status).toBe(200);
    const answer = await send(door, `${padded} `);
    expect([answer.status, codeOf(answer)]).toEqual([413, "REQUEST_TOO_LARGE"]);
  });

  test("refuses ten megabytes, announced or not", async () => {
    const large = encoded(" ".repeat(10_000_000));
    const announced = await send(door, large);
    expect([announced.status, codeOf(announced)]).toEqual([413, "REQUEST_TOO_LARGE"]);
    const pieces = new ReadableStream({
      start(controller) {
        for (let start = 0; start < large.length; start += 100_000) {
          controller.enqueue(large.subarray(start, start + 100_000));
        }
        controller.close();
      },
    });
    const streamed = await send(door, pieces);
    expect([streamed.status, codeOf(streamed)]).toEqual([413, "REQUEST_TOO_LARGE"]);
  });
});

test.each(["1e400", "-1", "1.5", '"1"', "9007199254740993", "2147483648", "[]", "null", "true"])(
  "refuses the version %s",
  async (version) => {
    const [, door] = doors;
    const answer = await send(door, `${door.start}"expectedVersion":${version},${named("{}")}`);
    expect([answer.status, codeOf(answer)]).toEqual([400, "INPUT_INVALID"]);
  },
);

test("after all that the server is ready, and has nothing to report", async () => {
  expect((await dana.send("GET", "/readyz")).status).toBe(200);
  expect(errorLines(api)).toEqual([]);
  expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain("polluted");
});
