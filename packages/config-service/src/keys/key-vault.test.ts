import { randomBytes, randomUUID } from "node:crypto";

import { AIConfigError, Secret } from "@ai-config/config-core";
import { expect, test } from "vitest";

import { createKeyVault, type KeyContext } from "./key-vault.ts";

const masterKey = () => randomBytes(32).toString("base64url");
const plain = `sk-ant-api03-${"aB3_".repeat(20)}x7Qp`;
const id = randomUUID();
const context: KeyContext = { owner: { type: "user", userId: id }, provider: "anthropic", slot: "primary" };
const ring = masterKey();
const vault = createKeyVault(ring);

async function sealed(): Promise<string> {
  return (await vault.seal(new Secret(plain), context)).sealed;
}

async function expectRefused(token: string, where = context, which = vault) {
  await expect(which.open(token, where)).rejects.toSatisfy(
    (error) => error instanceof AIConfigError && error.code === "KEY_UNREADABLE",
  );
}

/** Rewrites the protected header and leaves the rest as it is. */
function withHeader(token: string, change: Record<string, unknown>): string {
  const [header = "", ...rest] = token.split(".");
  const old = JSON.parse(Buffer.from(header, "base64url").toString());
  return [Buffer.from(JSON.stringify({ ...old, ...change })).toString("base64url"), ...rest].join(".");
}

test("a sealed key opens where it belongs, and shows nothing of itself", async () => {
  const token = await sealed();
  expect((await vault.open(token, context)).reveal()).toBe(plain);
  expect(token).toMatch(/^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/);
  expect(Buffer.from(token, "base64url").toString("latin1")).not.toContain("sk-ant-");
  expect(JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString())).toEqual({
    alg: "dir",
    enc: "A256GCM",
    typ: "ai-config-secret+jwe",
    kid: vault.primaryId,
    ctx: `user:${id}/anthropic/primary`,
  });
});

test("the same key sealed twice gives different tokens and the same fingerprint", async () => {
  const [one, two] = [
    await vault.seal(new Secret(plain), context),
    await vault.seal(new Secret(plain), context),
  ];
  expect(one.sealed).not.toBe(two.sealed);
  expect(one.fingerprint).toBe(two.fingerprint);
  expect(vault.isSameKey(new Secret(plain), one.kekId, one.fingerprint)).toBe(true);
  expect(vault.isSameKey(new Secret(`${plain}x`), one.kekId, one.fingerprint)).toBe(false);
  expect(createKeyVault(masterKey()).isSameKey(new Secret(plain), one.kekId, one.fingerprint)).toBe(false);
});

test("no single flipped bit anywhere in the token opens", async () => {
  const token = await sealed();
  const bytes = Buffer.from(token, "ascii");
  for (let index = 0; index < bytes.length; index += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[index] = (flipped[index] ?? 0) ^ (1 << bit);
      await expectRefused(flipped.toString("latin1"));
    }
  }
});

test("no truncation opens", async () => {
  const token = await sealed();
  for (let length = 0; length < token.length; length += 1) await expectRefused(token.slice(0, length));
});

test("nothing appended or put in front opens", async () => {
  const token = await sealed();
  for (const extra of ["A", "AA", "AAAA", ".", ".A", "=", "==", " ", "\n", "\0", "é"]) {
    await expectRefused(token + extra);
    await expectRefused(extra + token);
  }
});

test("a key moved to another owner, another slot, or an organization with the same id does not open", async () => {
  const token = await sealed();
  await expectRefused(token, { ...context, owner: { type: "user", userId: randomUUID() } });
  await expectRefused(token, { ...context, slot: "secondary" });
  const organization: KeyContext = { ...context, owner: { type: "organization", organizationId: id } };
  await expectRefused(token, organization);
  await expectRefused(withHeader(token, { ctx: `organization:${id}/anthropic/primary` }), organization);
});

test("parts of two tokens do not mix", async () => {
  const [a, b] = [(await sealed()).split("."), (await sealed()).split(".")];
  for (const index of [2, 3, 4]) {
    await expectRefused(a.map((part, position) => (position === index ? b[index] : part)).join("."));
  }
});

test("a swapped kid does not open, though the ring has both keys", async () => {
  const both = createKeyVault(`${masterKey()},${ring}`);
  const token = await sealed();
  expect((await both.open(token, context)).reveal()).toBe(plain);
  await expectRefused(withHeader(token, { kid: both.primaryId }), context, both);
});

test("a retired master key is told as such", async () => {
  const token = await sealed();
  const later = createKeyVault(masterKey());
  await expect(later.open(token, context)).rejects.toThrow(/not in the ring/);
});

test("a short tag does not open", async () => {
  const parts = (await sealed()).split(".");
  const tag = Buffer.from(parts[4] ?? "", "base64url");
  for (const length of [0, 1, 4, 8, 12, 15]) {
    await expectRefused([...parts.slice(0, 4), tag.subarray(0, length).toString("base64url")].join("."));
  }
});

test("no other algorithm is accepted, whatever the header says", async () => {
  const token = await sealed();
  for (const change of [
    { alg: "none" },
    { alg: "A256KW" },
    { alg: "PBES2-HS256+A128KW" },
    { enc: "A128GCM" },
  ]) {
    await expectRefused(withHeader(token, change));
  }
  await expectRefused(withHeader(token, { zip: "DEF" }));
  await expectRefused(withHeader(token, { crit: ["x"], x: 1 }));
});

test("random text is refused like anything else that is not a token", async () => {
  for (let round = 0; round < 500; round += 1)
    await expectRefused(randomBytes(round % 400).toString("latin1"));
});

test("an older ring key still opens what it sealed, and the new primary seals", async () => {
  const token = await sealed();
  const next = masterKey();
  const later = createKeyVault(`${next},${ring}`);
  expect((await later.open(token, context)).reveal()).toBe(plain);
  expect((await later.seal(new Secret(plain), context)).kekId).toBe(createKeyVault(next).primaryId);
});

test("a canary opens under its own master key alone", async () => {
  const canary = await vault.sealCanary(vault.primaryId);
  expect(await vault.opensCanary(vault.primaryId, canary)).toBe(true);
  expect(await vault.opensCanary("000000000000", canary)).toBe(false);
  expect(await createKeyVault(masterKey()).opensCanary(vault.primaryId, canary)).toBe(false);
});

test.each([
  ["nothing", ""],
  ["31 bytes", randomBytes(31).toString("base64url")],
  ["33 bytes", randomBytes(33).toString("base64url")],
  ["hexadecimal", randomBytes(32).toString("hex")],
  ["plain base64", Buffer.alloc(32, "\xff\xfe\xfd\xfa\xf9\xf8\xf7\xf6\xf5", "latin1").toString("base64")],
  ["an empty part", `${masterKey()},`],
  ["the same key twice", `${ring},${ring}`],
  ["zeros", Buffer.alloc(32).toString("base64url")],
  ["a line break inside", `${ring.slice(0, 20)}\n${ring.slice(20)}`],
])("a ring with %s is refused, naming the variable and not the value", (_, text) => {
  const attempt = () => createKeyVault(text);
  expect(attempt).toThrow(/^AI_CONFIG_ENCRYPTION_KEYS: key/);
  if (text.length > 8) expect(attempt).not.toThrow(text.slice(0, 8));
});
