import { describe, expect, test } from "vitest";

import { EnvError, readEnv } from "../../env.ts";

/** Secrets are given, so that reading makes no files. */
const base = {
  AI_CONFIG_ENCRYPTION_KEYS: "VGhpcyBpcyBhIGtleSBvZiAzMiBieXRlcywgdGVzdC4",
  AI_CONFIG_AUTH_SECRET: "a secret of more than thirty-two characters",
};
const issuer = {
  AI_CONFIG_JWT_ISSUER: "https://project.supabase.co/auth/v1",
  AI_CONFIG_JWT_AUDIENCE: "authenticated",
};
const secret = "s".repeat(32);

/** The variables that a start complains of, or what it reads. */
function read(more: Record<string, string>) {
  try {
    return readEnv({ ...base, ...more }).issuer;
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    expect(error.message).not.toContain(secret.slice(0, 5));
    return error.message.match(/^\w+/gm);
  }
}

test("without an issuer nobody else vouches for people", () => {
  expect(read({})).toBeUndefined();
  expect(read({ AI_CONFIG_JWT_ISSUER: " ", AI_CONFIG_JWT_SECRET: "" })).toBeUndefined();
});

test("an issuer and an audience are enough", () => {
  expect(read(issuer)).toEqual({
    issuer: "https://project.supabase.co/auth/v1",
    audiences: ["authenticated"],
    jwksUrl: undefined,
    algorithms: ["ES256", "RS256"],
    secret: undefined,
  });
});

test("everything can be said", () => {
  expect(
    read({
      AI_CONFIG_JWT_ISSUER: "http://localhost:8080/realms/acme",
      AI_CONFIG_JWT_AUDIENCE: "web, worker",
      AI_CONFIG_JWT_JWKS_URL: "http://[::1]:8080/keys?version=1",
      AI_CONFIG_JWT_ALGORITHMS: " PS256 , HS256 ",
      AI_CONFIG_JWT_SECRET: secret,
    }),
  ).toEqual({
    issuer: "http://localhost:8080/realms/acme",
    audiences: ["web", "worker"],
    jwksUrl: "http://[::1]:8080/keys?version=1",
    algorithms: ["PS256"],
    secret,
  });
});

describe("a start is refused, by the name of the variable", () => {
  test.each([
    "project.supabase.co",
    "http://project.supabase.co/auth/v1",
    "http://127.0.0.1.evil.example",
    "http://localhost.evil.example",
    "http://10.0.0.1",
    "ftp://localhost",
    "https://user:password@example.com",
    "https://example.com/?tenant=1",
    "https://example.com/#a",
    "file:///etc/passwd",
  ])("for the issuer %s", (AI_CONFIG_JWT_ISSUER) => {
    expect(read({ ...issuer, AI_CONFIG_JWT_ISSUER })).toEqual(["AI_CONFIG_JWT_ISSUER"]);
  });

  test.each(["http://example.com/keys", "keys", "https://a:b@example.com/keys"])("for keys at %s", (url) => {
    expect(read({ ...issuer, AI_CONFIG_JWT_JWKS_URL: url })).toEqual(["AI_CONFIG_JWT_JWKS_URL"]);
  });

  test.each([
    ["sssss", "of 5 bytes"],
    ["s".repeat(31), "of 31 bytes"],
    [` ${"s".repeat(31)} `, "that is long by its spaces alone"],
    [`-----BEGIN PUBLIC KEY-----\n${secret}`, "that is a public key"],
    [`{"kty":"EC","x":"${secret}"}`, "that is a JWK"],
  ])("for a secret %s", (AI_CONFIG_JWT_SECRET) => {
    expect(read({ ...issuer, AI_CONFIG_JWT_SECRET })).toEqual(["AI_CONFIG_JWT_SECRET"]);
  });

  test.each(["none", "ES256,none", "HS384", "es256", "ES256 RS256"])("for the algorithms %s", (names) => {
    expect(read({ ...issuer, AI_CONFIG_JWT_ALGORITHMS: names })).toEqual(["AI_CONFIG_JWT_ALGORITHMS"]);
  });

  test("for what contradicts itself or leaves the door open", () => {
    expect(read({ AI_CONFIG_JWT_ISSUER: issuer.AI_CONFIG_JWT_ISSUER })).toEqual(["AI_CONFIG_JWT_AUDIENCE"]);
    expect(read({ ...issuer, AI_CONFIG_JWT_AUDIENCE: " , " })).toEqual(["AI_CONFIG_JWT_AUDIENCE"]);
    expect(read({ AI_CONFIG_JWT_AUDIENCE: "authenticated" })).toEqual(["AI_CONFIG_JWT_ISSUER"]);
    expect(read({ AI_CONFIG_JWT_SECRET: secret })).toEqual([
      "AI_CONFIG_JWT_ISSUER",
      "AI_CONFIG_JWT_AUDIENCE",
    ]);
    expect(read({ ...issuer, AI_CONFIG_JWT_ALGORITHMS: "ES256,HS256" })).toEqual(["AI_CONFIG_JWT_SECRET"]);
    expect(read({ ...issuer, AI_CONFIG_JWT_ALGORITHMS: "ES256", AI_CONFIG_JWT_SECRET: secret })).toEqual([
      "AI_CONFIG_JWT_ALGORITHMS",
    ]);
  });
});
