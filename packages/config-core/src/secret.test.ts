import { expect, test } from "vitest";

import { containsSecret, maskKey, Secret, withoutSecrets } from "./index.ts";

test("a secret gives itself away only when asked", () => {
  const secret = new Secret("sk-ant-api03-verysecret");
  expect(
    `${secret} ${String(secret)} ${JSON.stringify({ secret })} ${JSON.stringify(Object.entries(secret))}`,
  ).not.toContain("verysecret");
  const inspect: unknown = Reflect.get(secret, Symbol.for("nodejs.util.inspect.custom"));
  expect(typeof inspect === "function" && inspect.call(secret)).toBe("[secret]");
  expect(secret.reveal()).toBe("sk-ant-api03-verysecret");
});

test.each([
  ["sk-ant-api03-0123456789abcx7Qp", "sk-ant-…x7Qp"],
  ["sk-ant-short", "sk-ant-…"],
  ["another-kind-of-key-1234", "…1234"],
  ["", "…"],
])("%j is shown as %s", (key, masked) => {
  expect(maskKey(key)).toBe(masked);
  expect(containsSecret(maskKey(key))).toBe(false);
});

test("keys are found and blacked out wherever they stand", () => {
  expect(containsSecret("x sk-ant-api0")).toBe(false);
  expect(containsSecret("x sk-ant-api03-")).toBe(true);
  expect(withoutSecrets("a sk-ant-api03-one, sk-ant-api03-two!")).toBe("a [secret], [secret]!");
});

test("a service token is a secret too, and its hint is none", () => {
  const token = `aics_${"aB3-".repeat(10)}xyz`;
  expect(containsSecret(`the token ${token}`)).toBe(true);
  expect(withoutSecrets(`the token ${token} works`)).toBe("the token [secret] works");
  expect(containsSecret("aics_…x7Qp")).toBe(false);
});

test("a token that another issuer signed is blacked out, however long the text around it", () => {
  const token = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJkYW5hIn0.c2lnbmF0dXJl";
  expect(withoutSecrets(`GET /api/${token}?a=${token}&b`)).toBe("GET /api/[secret]?a=[secret]&b");
  expect(withoutSecrets("eyJhbGciOiJub25lIn0.eyJzdWIiOiJkYW5hIn0.")).toBe("[secret]");
  for (const harmless of ["eyJ.a.b", "key.eyJ.x", "a.b.c"]) expect(withoutSecrets(harmless)).toBe(harmless);
  for (const part of ["eyJ", "eyJ.", "eyJa.", "eyJa.eyJ"]) {
    const long = part.repeat(200_000);
    expect(withoutSecrets(`${long}!`).endsWith("!")).toBe(true);
  }
});
