import { createHmac } from "node:crypto";

import type { JWTPayload } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { appRouter } from "../src/router.ts";
import { errorLines } from "./support/error-lines.ts";
import { hostileStrings } from "./support/hostile-strings.ts";
import { Person } from "./support/person.ts";
import { sendBytes } from "./support/send-bytes.ts";
import { startApi, type TestApi } from "./support/start-api.ts";
import { startIssuer, type TestIssuer } from "./support/test-issuer.ts";

/** In every claim of every token, and in no answer or log line. */
const MARK = "canary-of-a-token";

let issuer: TestIssuer;
let other: TestIssuer;
let api: TestApi;
const answers: string[] = [];

beforeAll(async () => {
  [issuer, other] = [await startIssuer(), await startIssuer()];
  api = await startApi({ issuer: issuer.settings });
});
afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
  await issuer?.[Symbol.asyncDispose]();
  await other?.[Symbol.asyncDispose]();
});

const seconds = () => Math.floor(Date.now() / 1_000);
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const claims = (more: JWTPayload = {}) => ({ sub: "dana", jti: MARK, ...more });
const unsigned = (header: object) =>
  `${encode(header)}.${encode({ ...claims(), iss: issuer.settings.issuer, aud: "ai-config", exp: seconds() + 60 })}`;

const bad: [name: string, make: () => Promise<string> | string][] = [
  ["says that nothing signed it", () => `${unsigned({ alg: "none" })}.`],
  ["says so with a signature", () => `${unsigned({ alg: "nOnE" })}.c2ln`],
  [
    "is signed with the public key as a secret",
    () => {
      const input = unsigned({ alg: "HS256", kid: issuer.key.kid });
      return `${input}.${createHmac("sha256", JSON.stringify(issuer.key.publicJwk)).update(input).digest("base64url")}`;
    },
  ],
  ["is another issuer's", () => other.sign(claims())],
  ["is another issuer's in our issuer's name", () => other.sign(claims({ iss: issuer.settings.issuer }))],
  [
    "brings its key along",
    () => other.sign(claims({ iss: issuer.settings.issuer }), { header: { jwk: other.key.publicJwk } }),
  ],
  [
    "says where its key is",
    () =>
      other.sign(claims({ iss: issuer.settings.issuer }), {
        header: { jku: `${other.settings.issuer}/keys` },
      }),
  ],
  ["is for somebody else", () => issuer.sign(claims({ aud: "another" }))],
  ["is over", () => issuer.sign(claims({ exp: seconds() - 60 }))],
  ["never ends", () => issuer.sign({ ...claims(), exp: undefined } as unknown as JWTPayload)],
  ["is from the future", () => issuer.sign(claims({ iat: seconds() + 3_600 }))],
  ["begins in the future", () => issuer.sign(claims({ nbf: seconds() + 3_600 }))],
  ["is about nobody", () => issuer.sign({ ...claims(), sub: undefined } as unknown as JWTPayload)],
  ["names a key elsewhere", () => issuer.sign(claims(), { header: { kid: `../../../${MARK}` } })],
  ["is cut off", async () => (await issuer.sign(claims())).slice(0, -20)],
  ["is two dots", () => ".."],
  ["is a database role's", () => issuer.sign({ role: "service_role", iss: "supabase", jti: MARK })],
];

const procedures = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>,
).map(([name, { _def }]) => ({ name, method: _def.type === "query" ? "GET" : "POST" }));

describe("over every procedure and route, a token is refused that", () => {
  test.each(bad)("%s", async (_name, make) => {
    const token = await make();
    const person = new Person(api.url, { authorization: `Bearer ${token}` });
    const asked: [string, string][] = [
      ...procedures.map(({ name, method }): [string, string] => [method, `/api/trpc/${name}`]),
      ["GET", "/api/ai-configuration"],
      ["PATCH", "/api/ai-configuration"],
      ["DELETE", "/api/ai-configuration"],
      ["POST", "/api/ai-configuration/rotate-key"],
      ["GET", "/api/audit/export"],
      ["POST", "/api/auth/sign-up/token"],
    ];
    for (const [method, path] of asked) {
      const answer = method === "GET" ? await person.send(method, path) : await person.json(method, path, {});
      expect([method, path, answer.status]).toEqual([method, path, 401]);
      answers.push(JSON.stringify([...answer.headers, answer.body]));
    }
  });
});

test("the same issuer's good token is let in", async () => {
  const person = new Person(api.url, {
    authorization: `Bearer ${await issuer.sign(claims({ name: "Dana" }))}`,
  });
  const answer = await person.send("GET", "/api/trpc/me.get");
  expect(answer.status).toBe(200);
  answers.push(JSON.stringify([...answer.headers, answer.body]));
});

test("a thousand hostile texts are no tokens", async () => {
  const texts = [
    ...hostileStrings.filter((text) => Buffer.byteLength(text) < 10_000),
    ...Array.from(
      { length: 600 },
      (_, n) => `${"eyJ.".repeat(n % 5)}${MARK}${String.fromCharCode(33 + (n % 90)).repeat(n)}`,
    ),
  ];
  expect(texts.length).toBeGreaterThan(1_000);
  for (const text of texts) {
    const answer = await sendBytes(
      api.url,
      `GET /api/ai-configuration HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer ${text}\r\n\r\n`,
    );
    const status = Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
    // HTTP itself has no room for control characters in a header.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is asked for
    const expected = /[\x00-\x08\x0a-\x1f\x7f]/.test(text) ? [400, 401] : [401];
    expect([text, status, expected.includes(status)]).toEqual([text, status, true]);
    answers.push(answer);
  }
});

test("hostile texts are no invitations", async () => {
  const token = await issuer.sign({ ...claims(), sub: "kim" });
  const person = new Person(api.url, { authorization: `Bearer ${token}` });
  for (const text of hostileStrings) {
    const answer = await person.json("POST", "/api/auth/sign-up/token", { invitation: text });
    expect([text, answer.status]).toEqual([text, 400]);
  }
  for (const body of [{ invitation: 7 }, { invitation: null }, { token: "x".repeat(40) }, [], "x", null]) {
    expect((await person.json("POST", "/api/auth/sign-up/token", body)).status).toBe(400);
  }
  expect(await api.test.owner`select from auth.users where name = 'kim'`).toHaveLength(0);
});

test("none of that was a surprise, and no token is in an answer or a log", () => {
  expect(errorLines(api)).toEqual([]);
  expect(api.logged()).toContain("ERR_JWT_EXPIRED exp");
  for (const form of [MARK, Buffer.from(MARK).toString("base64url").slice(0, 20), encode({ alg: "none" })]) {
    expect(answers.filter((answer) => answer.includes(form))).toEqual([]);
    expect(api.logged()).not.toContain(form);
  }
  expect(api.logged()).not.toMatch(/eyJ[\w-]{10}/);
  expect(answers.join("\n")).not.toMatch(/eyJ[\w-]{10}/);
});
