import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createSupabaseProject } from "@ai-config/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

import { launchProduct, startProduct } from "./support/start-product.ts";

const secret = () => randomBytes(32).toString("base64url");
const production = {
  AI_CONFIG_ENCRYPTION_KEYS: secret(),
  AI_CONFIG_AUTH_SECRET: secret(),
  NODE_ENV: "production",
  AI_CONFIG_PUBLIC_URL: "https://ai.example.com",
};
const issuer = {
  AI_CONFIG_JWT_ISSUER: "https://project.supabase.co/auth/v1",
  AI_CONFIG_JWT_AUDIENCE: "authenticated",
  AI_CONFIG_JWT_SECRET: secret(),
};

let dataDirectory: string;
beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), "ai-config-issuers-"));
});
afterAll(() => rm(dataDirectory, { recursive: true, force: true }));

/** A token as Supabase makes them with the secret of a project. */
function tokenFor(sub: string, key: string = issuer.AI_CONFIG_JWT_SECRET): string {
  const claims = { iss: issuer.AI_CONFIG_JWT_ISSUER, aud: "authenticated", sub, role: "authenticated" };
  const exp = Math.floor(Date.now() / 1_000) + 600;
  const input = [
    { alg: "HS256", typ: "JWT" },
    { ...claims, exp },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${input}.${createHmac("sha256", key).update(input).digest("base64url")}`;
}

test.each([
  ["AI_CONFIG_JWT_SECRET", { ...issuer, AI_CONFIG_JWT_SECRET: "five5" }],
  ["AI_CONFIG_JWT_ISSUER", { ...issuer, AI_CONFIG_JWT_ISSUER: "http://project.supabase.co" }],
  ["AI_CONFIG_JWT_AUDIENCE", { ...issuer, AI_CONFIG_JWT_AUDIENCE: "" }],
  ["AI_CONFIG_JWT_ALGORITHMS", { ...issuer, AI_CONFIG_JWT_ALGORITHMS: "none" }],
])("a start with a wrong %s ends with 78 and its name", async (name, env) => {
  await using product = await launchProduct({ dataDirectory, env: { ...production, ...env } });
  expect([await product.ended, product.output()]).toEqual([78, expect.stringContaining(`${name}: Must `)]);
  expect(product.output()).not.toContain("five5");
});

test("on a Supabase project production needs its issuer, and then lets its people in", async () => {
  await using supabase = await createSupabaseProject();
  const env = { ...production, DATABASE_URL: supabase.appUrl, MIGRATION_DATABASE_URL: supabase.ownerUrl };
  await using refused = await launchProduct({ dataDirectory, env });
  expect([await refused.ended, refused.output()]).toEqual([
    78,
    expect.stringContaining(
      "AI_CONFIG_JWT_ISSUER: Must be set: the accounts of this database are Supabase's.",
    ),
  ]);

  await using product = await startProduct({ dataDirectory, env: { ...env, ...issuer } });
  expect(product.output()).not.toContain("Warning");
  const id = randomUUID();
  await supabase.project`insert into auth.users (id, email) values (${id}, 'dana@example.com')`;
  const get = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${product.url}/api/trpc/me.get`, { headers });
    return [response.status, await response.text()];
  };
  expect(await get(tokenFor(id))).toEqual([200, expect.stringContaining("dana@example.com")]);
  expect((await get(tokenFor(randomUUID())))[0]).toBe(401);
  expect((await get(tokenFor(id, secret())))[0]).toBe(401);
  expect(await product.stop()).toBe(0);
});
