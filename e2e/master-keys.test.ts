import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createTestDatabase, type TestDatabase } from "@ai-config/db/testing";
import { startFakeAnthropic } from "@ai-config/runtime/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { HttpPerson } from "./support/http-person.ts";
import { launchProduct, startProduct } from "./support/start-product.ts";

const secret = () => randomBytes(32).toString("base64url");
const [ring, other] = [secret(), secret()];
const providerKey = (tail: string) => `sk-ant-api03-${randomBytes(24).toString("base64url")}${tail}`;

let folder: string;
let database: TestDatabase;
let anthropic: Awaited<ReturnType<typeof startFakeAnthropic>>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ai-config-master-keys-"));
  database = await createTestDatabase();
  anthropic = await startFakeAnthropic();
});
afterAll(async () => {
  await anthropic?.[Symbol.asyncDispose]();
  await database?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const settings = (keys: string) => ({
  AI_CONFIG_ENCRYPTION_KEYS: keys,
  AI_CONFIG_AUTH_SECRET: `${"a secret of this test ".repeat(2)}`,
  AI_CONFIG_SIGN_UP: "open",
  DATABASE_URL: database.appUrl,
  ANTHROPIC_API_BASE_URL: `${anthropic.url}/v1`,
});

async function refusalOf(env: Record<string, string>): Promise<string> {
  await using product = await launchProduct({ dataDirectory: folder, env });
  expect([await product.ended, product.output()]).toEqual([78, expect.any(String)]);
  for (const key of [ring, other]) expect(product.output()).not.toContain(key);
  return product.output();
}

const rotate = (person: HttpPerson, newPrimaryKey: string) =>
  person.call("POST", "/api/ai-configuration/rotate-key", { newPrimaryKey });
const listInput = encodeURIComponent(JSON.stringify({ owner: { type: "user" } }));
const keysOf = async (person: HttpPerson) =>
  (await person.call("GET", `/api/trpc/key.list?input=${listInput}`)).body.result.data;

describe("a product that holds keys", () => {
  beforeAll(async () => {
    await using product = await startProduct({ dataDirectory: folder, env: settings(ring) });
    const person = new HttpPerson(product.url);
    await person.signUp("dana@example.com");
    expect((await rotate(person, providerKey("once"))).status).toBe(200);
    await product.stop();
  });

  test("does not start with other master keys, and names the one that it lacks", async () => {
    const [used] = await database.owner`select kek_id from private.ai_provider_keys`;
    const output = await refusalOf(settings(other));
    expect(output).toContain(`AI_CONFIG_ENCRYPTION_KEYS lacks the master key ${used?.kek_id}`);
  });

  test("reads them from a file that nobody else can read, and names that where they are wrong", async () => {
    const { AI_CONFIG_ENCRYPTION_KEYS: _, ...env } = settings(ring);
    const path = join(folder, "mounted-keys");
    await writeFile(path, `${other}\n`, { mode: 0o600 });
    const fromFile = { ...env, AI_CONFIG_ENCRYPTION_KEYS_FILE: path };
    expect(await refusalOf(fromFile)).toContain("AI_CONFIG_ENCRYPTION_KEYS_FILE lacks the master key");
    await writeFile(path, `${ring}\n`);
    await using product = await startProduct({ dataDirectory: folder, env: fromFile });
    expect(await product.stop()).toBe(0);
    await chmod(path, 0o644);
    expect(await refusalOf(fromFile)).toContain(
      "AI_CONFIG_ENCRYPTION_KEYS_FILE: others can read or change the file.",
    );
  });

  test("does not start without any, and says how to make one", async () => {
    const { AI_CONFIG_ENCRYPTION_KEYS: _, ...env } = settings(ring);
    const output = await refusalOf(env);
    expect(output).toMatch(/^AI_CONFIG_ENCRYPTION_KEYS: Must be set\. Make one with: node -p /m);
  });

  test("does not start where the proof of a master key was altered, which there is for each", async () => {
    await (await startProduct({ dataDirectory: folder, env: settings(`${ring},${secret()}`) })).stop();
    const proofs = await database.owner`select kek_id, sealed from private.kek_canaries`;
    expect(proofs).toHaveLength(2);
    const [used] = await database.owner`
      update private.kek_canaries set sealed = left(sealed, -8) || 'AAAAAAAA'
      where kek_id = (select kek_id from private.ai_provider_keys) returning kek_id`;
    expect(await refusalOf(settings(ring))).toContain(used?.kek_id);
    const whole = proofs.find((row) => row.kek_id === used?.kek_id);
    await database.owner`
      update private.kek_canaries set sealed = ${whole?.sealed} where kek_id = ${used?.kek_id}`;
  });

  test("starts with a single key that cannot be opened, shows it, and takes it anew", async () => {
    await database.owner`update private.ai_provider_keys set sealed = left(sealed, -8) || 'AAAAAAAA'`;
    await using product = await startProduct({ dataDirectory: folder, env: settings(`${other},${ring}`) });
    const again = new HttpPerson(product.url);
    const signedIn = await again.call(
      "POST",
      "/api/auth/sign-in/email",
      { email: "dana@example.com", password: "correct horse battery" },
      { origin: product.url },
    );
    expect(signedIn.status).toBe(200);
    expect(await keysOf(again)).toMatchObject([{ hint: "sk-ant-…once", readable: false }]);
    expect((await again.call("GET", "/api/ai-configuration")).status).toBe(200);
    expect((await rotate(again, providerKey("anew"))).status).toBe(200);
    expect(await keysOf(again)).toMatchObject([{ hint: "sk-ant-…anew", readable: true }]);
    expect((await again.call("GET", "/readyz")).status).toBe(200);
    expect(product.output()).toContain("A stored key that cannot be opened was replaced without an overlap.");
  });
});

test("the embedded default keeps its master key in a file of its user, and misses it when it is another", async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), "ai-config-embedded-keys-"));
  try {
    const env = { ANTHROPIC_API_BASE_URL: `${anthropic.url}/v1` };
    const first = await startProduct({ dataDirectory, env });
    const person = new HttpPerson(first.url);
    await person.signUp("dana@example.com");
    expect((await rotate(person, providerKey("kept"))).status).toBe(200);
    await first.stop();
    const path = join(dataDirectory, "encryption-keys");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const made = (await readFile(path, "utf8")).trim();
    await writeFile(path, other);
    await using second = await launchProduct({ dataDirectory, env });
    const lacks = expect.stringMatching(/AI_CONFIG_ENCRYPTION_KEYS lacks the master key [0-9a-f]+\./);
    expect([await second.ended, second.output()]).toEqual([78, lacks]);
    for (const key of [made, other]) expect(second.output()).not.toContain(key);
  } finally {
    await rm(dataDirectory, { recursive: true, force: true });
  }
});
