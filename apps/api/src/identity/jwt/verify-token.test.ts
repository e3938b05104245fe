import { createHmac, generateKeyPairSync, KeyObject, sign as signBytes } from "node:crypto";

import { type CryptoKey, exportSPKI, importJWK } from "jose";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { hostileStrings } from "../../../test/support/hostile-strings.ts";
import { AUDIENCE, startIssuer, type TestIssuer } from "../../../test/support/test-issuer.ts";
import { findJwksUrl } from "./find-jwks-url.ts";
import { createIssuerKeys } from "./issuer-keys.ts";
import type { IssuerSettings } from "./issuer-settings.ts";
import { createTokenVerifier, type VerifyToken } from "./verify-token.ts";

const SECRET = "a secret that both of them have, of more than 32 bytes";
let logged = "";
const log = pino(
  { level: "trace" },
  {
    write: (line: string) => {
      logged += line;
    },
  },
);

function verifierFor(settings: IssuerSettings): VerifyToken {
  return createTokenVerifier({
    settings,
    keys: createIssuerKeys({ findUrl: (signal) => findJwksUrl(settings, signal), log }),
    log,
  });
}

let issuer: TestIssuer;
/** Takes what the issuer's keys sign. */
let verify: VerifyToken;
/** Takes what the shared secret signs as well. */
let verifyShared: VerifyToken;

beforeAll(async () => {
  issuer = await startIssuer();
  verify = verifierFor(issuer.settings);
  verifyShared = verifierFor({ ...issuer.settings, secret: SECRET });
});
afterAll(() => issuer?.[Symbol.asyncDispose]());

const now = () => Math.floor(Date.now() / 1_000);
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const claims = () => ({
  iss: issuer.settings.issuer,
  aud: AUDIENCE,
  sub: "dana",
  iat: now(),
  exp: now() + 300,
});
/** A token put together by hand, with a signature over it or whatever else stands in for one. */
function forge(header: object, payload: object, signature: (input: string) => string): string {
  const input = `${encode(header)}.${encode(payload)}`;
  return `${input}.${signature(input)}`;
}
const hmac = (secret: string | Uint8Array) => (input: string) =>
  createHmac("sha256", secret).update(input).digest("base64url");
/** The issuer's own signature, over whatever it would not sign. */
const signedRightly = (input: string) =>
  signBytes("sha256", Buffer.from(input), {
    key: KeyObject.from(issuer.key.privateKey),
    dsaEncoding: "ieee-p1363",
  }).toString("base64url");
const signShared = (payload: object, secret = SECRET) => forge({ alg: "HS256" }, payload, hmac(secret));

describe("a good token", () => {
  test("says who it is about", async () => {
    const token = await issuer.sign({
      sub: "dana",
      email: "Dana@Example.com",
      email_verified: true,
      name: " Dana\n Reyes ",
    });
    expect(await verify(token)).toEqual({
      issuer: issuer.settings.issuer,
      subject: "dana",
      email: "dana@example.com",
      name: "Dana Reyes",
    });
  });

  test.each([{ email_verified: false }, { email_verified: "true" }, {}])(
    "says no address that was not verified: %j",
    async (more) => {
      const token = await issuer.sign({ sub: "dana", email: "boss@example.com", ...more });
      expect(await verify(token)).toMatchObject({ subject: "dana", email: undefined });
    },
  );

  test("may be signed by RSA, meant for several, and a few seconds early", async () => {
    const rsa = await issuer.makeKey("rsa", "RS256");
    issuer.keys.push(rsa.publicJwk);
    const fresh = verifierFor(issuer.settings);
    const aud = ["another", AUDIENCE];
    expect(await fresh(await issuer.sign({ sub: "kim", aud, iat: now() + 2 }, { key: rsa }))).toMatchObject({
      subject: "kim",
    });
  });

  test("may be signed with the shared secret, where there is one", async () => {
    expect(await verifyShared(signShared(claims()))).toMatchObject({ subject: "dana" });
    expect(await verify(signShared(claims()))).toBeUndefined();
  });

  test("says nothing of what the bearer may do", async () => {
    const token = await issuer.sign({
      sub: "dana",
      role: "service_role",
      org_role: "owner",
      app_metadata: { role: "owner" },
      user_metadata: { organization: "acme" },
    });
    expect(Object.keys((await verify(token)) ?? {}).toSorted()).toEqual([
      "email",
      "issuer",
      "name",
      "subject",
    ]);
  });
});

describe("is refused", () => {
  test.each([
    "none",
    "None",
    "NONE",
    "nOnE",
    "",
    "hs256",
    "HS384",
    "HS512",
    "PS256",
    "ES512",
    7,
    null,
    ["ES256"],
  ])("the algorithm %j, with and without a signature", async (alg) => {
    for (const signature of ["", hmac(SECRET)("x"), hmac("")("x")]) {
      const token = forge({ alg, kid: issuer.key.kid }, claims(), () => signature);
      expect(await verify(token)).toBeUndefined();
      expect(await verifyShared(token)).toBeUndefined();
    }
  });

  test.each(["RS256", "RS512", "PS256", "ES384", "EdDSA"])(
    "%s by a key that the issuer publishes, where only ES256 is taken",
    async (alg) => {
      await using other = await startIssuer();
      const key = await other.makeKey("other", alg);
      other.keys.push(key.publicJwk);
      const token = await other.sign({ sub: "dana" }, { key });
      expect(await verifierFor({ ...other.settings, algorithms: [alg] })(token)).toMatchObject({
        subject: "dana",
      });
      expect(await verifierFor({ ...other.settings, algorithms: ["ES256"] })(token)).toBeUndefined();
      expect(await verifierFor({ ...other.settings, algorithms: [] })(token)).toBeUndefined();
    },
  );

  test("HS256 with the public key as the secret, in every form that it has", async () => {
    const jwk = issuer.key.publicJwk;
    const pem = await exportSPKI((await importJWK(jwk, "ES256", { extractable: true })) as CryptoKey);
    const der = Buffer.from(pem.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
    for (const secret of [
      pem,
      pem.trim(),
      der,
      JSON.stringify(jwk),
      jwk.x ?? "",
      Buffer.from(jwk.x ?? "", "base64url"),
    ]) {
      for (const header of [{ alg: "HS256" }, { alg: "HS256", kid: issuer.key.kid }]) {
        const token = forge(header, claims(), hmac(secret));
        expect(await verify(token)).toBeUndefined();
        expect(await verifyShared(token)).toBeUndefined();
      }
    }
  });

  test("a secret that the issuer publishes among its keys", async () => {
    await using other = await startIssuer();
    other.keys = [{ kty: "oct", kid: "s", alg: "HS256", k: Buffer.from(SECRET).toString("base64url") }];
    const payload = { ...claims(), iss: other.settings.issuer };
    for (const alg of ["HS256", "ES256"]) {
      const token = forge({ alg, kid: "s" }, payload, hmac(SECRET));
      expect(await verifierFor(other.settings)(token)).toBeUndefined();
    }
  });

  const wrong: [name: string, claims: Record<string, unknown>][] = [
    ["another issuer", { iss: "https://evil.example" }],
    ["the issuer with a slash", { iss: "+/" }],
    ["no issuer", { iss: undefined }],
    ["an issuer that is a list", { iss: ["+"] }],
    ["another audience", { aud: "another" }],
    ["a part of the audience", { aud: "ai" }],
    ["no audience", { aud: undefined }],
    ["audiences without ours", { aud: ["a", "b"] }],
    ["an end that is over", { exp: now() - 60 }],
    ["no end", { exp: undefined }],
    ["an end that is text", { exp: "2999-01-01" }],
    ["an end that is null", { exp: null }],
    ["a beginning in the future", { nbf: now() + 600 }],
    ["a beginning that is text", { nbf: "0" }],
    ["issued in the future", { iat: now() + 600 }],
    ["issued by text", { iat: "0" }],
    ["nobody", { sub: undefined }],
    ["an empty subject", { sub: "" }],
    ["a subject that is a number", { sub: 7 }],
    ["a subject that is a list", { sub: ["dana"] }],
    ["a subject with NUL", { sub: "dana\u0000" }],
    ["a subject with a lone surrogate", { sub: "dana\ud800" }],
    ["a subject of 256 characters", { sub: "d".repeat(256) }],
  ];
  test.each(wrong)("%s", async (_name, more) => {
    const own = issuer.settings.issuer;
    const iss = more.iss === "+/" ? `${own}/` : Array.isArray(more.iss) ? [own] : more.iss;
    const changed = { sub: "dana", ...more, ...("iss" in more && { iss }) } as Record<string, unknown>;
    expect(await verify(await issuer.sign(changed as never))).toBeUndefined();
    expect(await verifyShared(signShared({ ...claims(), ...changed }))).toBeUndefined();
  });

  test("a key that the token brings along, by value or by address", async () => {
    await using evil = await startIssuer();
    const iss = issuer.settings.issuer;
    for (const more of [
      { jwk: evil.key.publicJwk },
      { jwk: evil.key.publicJwk, kid: undefined },
      { jku: `${evil.settings.issuer}/keys` },
      { x5u: `${evil.settings.issuer}/keys` },
      { kid: issuer.key.kid, jku: `${evil.settings.issuer}/keys`, jwk: evil.key.publicJwk },
    ]) {
      expect(await verify(await evil.sign({ sub: "dana", iss }, { header: more }))).toBeUndefined();
    }
    expect(evil.fetches).toBe(0);
  });

  test.each([
    "../../../../dev/null",
    "/etc/passwd",
    "first\u0000",
    "' or '1'='1",
    "http://169.254.169.254/",
    "__proto__",
    "constructor",
    "",
    "first/../first",
    7,
    null,
    { toString: "first" },
  ])("the key id %j", async (kid) => {
    const token = forge({ alg: "ES256", kid }, claims(), signedRightly);
    expect(await verify(token)).toBeUndefined();
  });

  test("a signature of zeros, a short one, a DER one, none and another token's", async () => {
    const header = { alg: "ES256", kid: issuer.key.kid };
    const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    const der = (key: KeyObject) => (input: string) =>
      signBytes("sha256", Buffer.from(input), key).toString("base64url");
    const another = (await issuer.sign({ sub: "kim" })).split(".")[2] ?? "";
    for (const signature of [
      () => Buffer.alloc(64).toString("base64url"),
      () => Buffer.alloc(8).toString("base64url"),
      () => "",
      () => another,
      der(other),
    ]) {
      expect(await verify(forge(header, claims(), signature))).toBeUndefined();
    }
  });

  test("an extension that is critical and unknown, and a payload that is not encoded", async () => {
    const { kid } = issuer.key;
    for (const more of [
      { crit: ["exp"], exp: 0 },
      { crit: ["http://example.com/unknown"], "http://example.com/unknown": true },
      { crit: [] },
      { crit: "b64" },
      { crit: ["b64"], b64: false },
    ]) {
      const token = forge({ alg: "ES256", kid, ...more }, claims(), signedRightly);
      expect([more, await verify(token)]).toEqual([more, undefined]);
    }
    expect(await verify(forge({ alg: "ES256", kid }, claims(), signedRightly))).toMatchObject({
      subject: "dana",
    });
  });

  test("every beginning of a good token, every character changed, and dots alone", async () => {
    const token = await issuer.sign({ sub: "dana" });
    for (let length = 0; length < token.length; length += 1) {
      expect([length, await verify(token.slice(0, length))]).toEqual([length, undefined]);
    }
    // The last character of each part holds bits that mean nothing.
    const ends = [...token.matchAll(/.(?=\.|$)/g)].map(({ index }) => index);
    for (let index = 0; index < token.length; index += 1) {
      if (ends.includes(index)) continue;
      const changed = token[index] === "A" ? "B" : "A";
      const altered = `${token.slice(0, index)}${changed}${token.slice(index + 1)}`;
      expect([index, await verify(altered)]).toEqual([index, undefined]);
    }
    for (const dots of [
      ".",
      "..",
      "...",
      "....",
      `${token}.`,
      `.${token}`,
      ` ${token}`,
      `${token}${token}`,
      "",
    ]) {
      expect([dots, await verify(dots)]).toEqual([dots, undefined]);
    }
  });

  test("a key that is too short, private, for encryption or of another curve", async () => {
    await using other = await startIssuer();
    const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 });
    const verifyOther = verifierFor(other.settings);
    other.keys = [
      { ...rsa.publicKey.export({ format: "jwk" }), kid: "short", alg: "RS256" },
      { ...other.key.publicJwk, use: "enc", kid: "enc" },
      { ...other.key.publicJwk, crv: "P-384", kid: "curve" },
      { ...other.key.publicJwk, x: "AAAA", kid: "point" },
    ];
    const payload = { ...claims(), iss: other.settings.issuer };
    const short = forge({ alg: "RS256", kid: "short" }, payload, (input) =>
      signBytes("sha256", Buffer.from(input), rsa.privateKey).toString("base64url"),
    );
    expect(await verifyOther(short)).toBeUndefined();
    for (const kid of ["enc", "curve", "point"]) {
      expect([kid, await verifyOther(await other.sign({ sub: "dana" }, { header: { kid } }))]).toEqual([
        kid,
        undefined,
      ]);
    }
  });

  test("a thousand hostile texts, alone, as each part of a token, and in every claim", async () => {
    const texts = [
      ...hostileStrings,
      ...Array.from({ length: 1_000 - hostileStrings.length }, (_, n) => `${n}.`.repeat(n % 7)),
    ];
    expect(texts.length).toBeGreaterThanOrEqual(1_000);
    const [header = "", payload = "", signature = ""] = (await issuer.sign({ sub: "dana" })).split(".");
    for (const text of texts) {
      const encoded = Buffer.from(text).toString("base64url");
      for (const token of [
        text,
        `${text}.${payload}.${signature}`,
        `${header}.${text}.${signature}`,
        `${header}.${payload}.${text}`,
        `${encoded}.${encoded}.${encoded}`,
        `${header}.${encoded}.${signature}`,
      ]) {
        expect([text, await verify(token)]).toEqual([text, undefined]);
      }
      // What is signed may say what it likes: it becomes a text on one line, or nothing.
      const said = await verifyShared(
        signShared({ ...claims(), email: text, email_verified: true, name: text, role: text }),
      );
      expect(said?.subject).toBe("dana");
      expect(said?.name ?? "").toMatch(/^[^\p{Cc}\p{Cs}]{0,100}$/u);
      await verifyShared(signShared({ ...claims(), sub: text }));
    }
  });
});

test("nothing of a token is logged, only which check it failed", async () => {
  logged = "";
  const marks = { sub: "canary-subject", email: "canary@example.com", jti: "canary-id" };
  const tokens = [
    await issuer.sign(marks),
    await issuer.sign({ ...marks, exp: now() - 60 }),
    await issuer.sign({ ...marks, aud: "canary-audience" }),
    await issuer.sign({ ...marks, sub: "canary\u0000" }),
    await issuer.sign(marks, { header: { kid: "canary-key" } }),
    signShared(marks),
    "canary-text",
    "canary.canary.canary",
  ];
  for (const token of tokens) await verify(token);
  expect(logged).toContain("ERR_JWT_EXPIRED exp");
  expect(logged).toContain("ERR_JWT_CLAIM_VALIDATION_FAILED aud");
  expect(logged).not.toContain("canary");
  for (const token of tokens.slice(0, -2)) {
    for (const part of token.split(".")) expect(logged).not.toContain(part.slice(0, 24));
  }
});
