import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { TestDatabase } from "@ai-config/db/testing";
import { afterAll, describe, expect, test } from "vitest";

import {
  type KeyRingProvider,
  keyRingFromFile,
  keyRingFromSupabaseVault,
  openApiKey,
  rewrapKeys,
  rotateApiKey,
} from "../src/index.ts";
import { readKeyRing } from "../src/keys/key-ring-provider.ts";
import { asUser, masterKey, providerKey, startService, userOwner } from "./support/service.ts";

const folder = mkdtempSync(join(tmpdir(), "ai-config-key-ring-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileWith(text: string, mode = 0o600): string {
  const path = join(folder, `${Math.random()}`);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const refusal = async (provider: KeyRingProvider) => {
  try {
    return { text: (await readKeyRing(provider)).text };
  } catch (error) {
    return { message: (error as Error).message };
  }
};

describe("a provider of master keys", () => {
  test("is asked once, however many keys are sealed, opened and sealed anew", async () => {
    let asked = 0;
    const ring = masterKey();
    const read = async () => {
      asked += 1;
      return ring;
    };
    await using service = await startService({ keyRing: { name: "The KMS", read } });
    const { ctx, database } = service;
    for (let index = 0; index < 5; index += 1) {
      const userId = await database.createUser();
      const whose = { actor: asUser(userId), owner: userOwner(userId) };
      const [former, present] = [providerKey(), providerKey()];
      await rotateApiKey(ctx, { ...whose, newKey: former });
      await rotateApiKey(ctx, { ...whose, newKey: present });
      expect((await openApiKey(ctx, { userId }))?.reveal()).toBe(present);
      expect((await openApiKey(ctx, { userId, slot: "secondary" }))?.reveal()).toBe(former);
    }
    expect(await rewrapKeys(ctx)).toMatchObject({ unreadable: 0, left: 0 });
    expect(asked).toBe(1);
    // Another one, with other keys, is no way to open them.
    const other = service.another({ keyRing: { name: "The other KMS", read: async () => masterKey() } });
    await expect(other).rejects.toMatchObject({
      code: "KEY_UNREADABLE",
      message: expect.stringMatching(/The other KMS lacks the master key [0-9a-f]{12}\./),
    });
  });

  test.each([
    [
      "fails",
      async () => Promise.reject(new Error("canary: denied")),
      "The KMS could not give the master keys",
    ],
    ["gives nothing", async () => "", "The KMS: key 1 is empty"],
    ["gives too little", async () => "canary", "The KMS: key 1 is not base64url"],
    ["gives no text", async () => Buffer.from("canary") as never, "The KMS gave no text"],
  ])(
    "that %s keeps the product from starting, by its name and without what it said",
    async (_how, read, words) => {
      await using service = await startService();
      const error = await service.another({ keyRing: { name: "The KMS", read } }).then(
        () => undefined,
        (thrown: Error) => thrown,
      );
      expect(error?.message).toContain(words);
      expect(JSON.stringify([error, error?.message, error?.stack])).not.toContain("canary");
    },
  );

  test("that never answers is given up on", async () => {
    const never = { name: "The KMS", read: () => new Promise<string>(() => {}) };
    await expect(readKeyRing(never, 50)).rejects.toMatchObject({
      code: "KEY_UNREADABLE",
      message: expect.stringContaining("The KMS gave no master keys within 0.05 seconds"),
    });
  });
});

describe("a file", () => {
  const [one, two] = [masterKey(), masterKey()];

  test.each([
    ["a key", `${one}\n`, one],
    ["keys with commas", `${one},${two}`, `${one},${two}`],
    ["a key on each line", `${one}\r\n\n  ${two}\n`, `${one},${two}`],
  ])("with %s is a ring", async (_name, text, ring) => {
    expect(await refusal(keyRingFromFile(fileWith(text)))).toEqual({ text: ring });
  });

  test("that a secret manager mounts, behind links and for a group, is read", async () => {
    const link = join(folder, "link");
    symlinkSync(fileWith(one, 0o440), link);
    expect(await refusal(keyRingFromFile(link))).toEqual({ text: one });
  });

  test.each([0o644, 0o604, 0o606, 0o620, 0o777])("with the rights %o is refused", async (mode) => {
    const { message } = await refusal(keyRingFromFile(fileWith(one, mode)));
    expect(message).toMatch(/^AI_CONFIG_ENCRYPTION_KEYS_FILE: others can read or change the file\./);
  });

  test.each([
    ["is not there", () => join(folder, "nowhere"), "cannot be read (ENOENT)"],
    ["is a folder", () => folder, "it is no file"],
    ["is a device", () => "/dev/null", "it is no file"],
    ["is too large", () => fileWith("x".repeat(70_000)), "too large to hold keys"],
  ])("that %s is refused", async (_name, path, words) => {
    const { message } = await refusal(keyRingFromFile(path()));
    expect(message).toContain(`AI_CONFIG_ENCRYPTION_KEYS_FILE: `);
    expect(message).toContain(words);
  });
});

/** As the extension makes it: a table of sealed texts and a view that opens them, for the project's own roles. */
async function withVault({ owner }: TestDatabase, secrets: Record<string, string>): Promise<void> {
  await owner`create schema vault`;
  await owner`revoke all on schema vault from public`;
  await owner`
    create table vault.secrets (
      id uuid primary key default gen_random_uuid(), name text unique, description text not null default '',
      secret text not null, key_id uuid, nonce bytea default '\\x00', created_at timestamptz default now(),
      updated_at timestamptz default now())`;
  await owner`
    create view vault.decrypted_secrets as
      select id, name, description, secret,
        convert_from(decode(secret, 'base64'), 'utf8') as decrypted_secret, key_id, nonce, created_at, updated_at
      from vault.secrets`;
  for (const [name, secret] of Object.entries(secrets)) {
    await owner`
      insert into vault.secrets (name, secret) values (${name}, encode(convert_to(${secret}, 'utf8'), 'base64'))`;
  }
}

describe("Supabase Vault", () => {
  test("holds the master keys for whoever may read it, and the login that serves requests may not", async () => {
    await using service = await startService();
    const { database } = service;
    const ring = `${masterKey()},${service.keyRing}`;
    const secretName = "ai-config-master-keys";
    const from = (url: string, name = secretName) => keyRingFromSupabaseVault({ url, secretName: name });
    expect(await refusal(from(database.ownerUrl))).toMatchObject({
      message: expect.stringContaining("this database has no vault.decrypted_secrets"),
    });

    await withVault(database, { [secretName]: ring, broken: "canary" });
    const userId = await database.createUser();
    const newKey = providerKey();
    await rotateApiKey(service.ctx, { actor: asUser(userId), owner: userOwner(userId), newKey });
    const ctx = await service.another({ keyRing: from(database.ownerUrl) });
    expect((await openApiKey(ctx, { userId }))?.reveal()).toBe(newKey);
    const open = await database.owner`
      select from pg_stat_activity where application_name = 'ai-config master keys' and datname = current_database()`;
    expect(open).toHaveLength(0);

    expect(await refusal(from(database.appUrl))).toMatchObject({
      message: expect.stringContaining("may not be read by this login"),
    });
    expect(await refusal(from(database.ownerUrl, "' or true --"))).toMatchObject({
      message: expect.stringContaining("is not there"),
    });
    const broken = service.another({ keyRing: from(database.ownerUrl, "broken") });
    await expect(broken).rejects.toThrow(/^The secret broken of Supabase Vault: key 1 is not base64url/);
    const nowhere = new URL(database.ownerUrl);
    nowhere.port = "1";
    expect(await refusal(from(nowhere.href))).toMatchObject({
      message: expect.stringContaining("cannot be reached"),
    });
  });
});
