import type { Secret } from "@ai-config/config-core";
import { expect, test } from "vitest";

import {
  createOrganization,
  getEffectiveConfiguration,
  listAudit,
  listKeys,
  openApiKey,
  type RewrapProgress,
  revokeKey,
  rewrapKeys,
  rotateApiKey,
  updateConfiguration,
} from "../src/index.ts";
import {
  asUser,
  masterKey,
  organizationOwner,
  providerKey,
  startService,
  type TestService,
  userOwner,
} from "./support/service.ts";

async function personWithKeys({ ctx, database }: TestService, count = 2) {
  const userId = await database.createUser();
  const whose = { actor: asUser(userId), owner: userOwner(userId) };
  const keys = Array.from({ length: count }, () => providerKey());
  for (const newKey of keys) await rotateApiKey(ctx, { ...whose, newKey });
  return { userId, whose, keys };
}

const plain = (key: Secret | null) => key?.reveal();

test("a revoked key is gone at once, everywhere, and a primary takes its secondary along", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const elsewhere = await service.another();
  const { userId, whose, keys } = await personWithKeys(service);
  await revokeKey(ctx, { ...whose, slot: "secondary", reason: "Leaked" });
  expect(plain(await openApiKey(ctx, { userId }))).toBe(keys[1]);
  expect(await openApiKey(elsewhere, { userId, slot: "secondary" })).toBeNull();
  await expect(revokeKey(ctx, { ...whose, slot: "secondary" })).rejects.toMatchObject({ code: "NOT_FOUND" });

  await rotateApiKey(ctx, { ...whose, newKey: providerKey() });
  await revokeKey(ctx, { ...whose, slot: "primary" });
  expect(await openApiKey(elsewhere, { userId })).toBeNull();
  expect(await listKeys(ctx, whose)).toEqual([]);
  const effective = await getEffectiveConfiguration(ctx, { actor: whose.actor, userId });
  expect(effective.configuration.apiKeys.primaryKey).toBe("");
  expect(await database.owner`select 1 from private.ai_provider_keys`).toHaveLength(0);
  const { entries } = await listAudit(ctx, whose);
  expect(entries.filter(({ action }) => action === "delete").map(({ reason }) => reason)).toEqual([
    null,
    null,
    "Leaked",
  ]);
  // A key comes after it as after any other.
  expect(await rotateApiKey(ctx, { ...whose, newKey: providerKey() })).toMatchObject({ previousHint: null });
});

test("an organization's key is revoked by its owners and admins only", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const [dana, kim, stranger] = [
    await database.createUser(),
    await database.createUser(),
    await database.createUser(),
  ];
  const { id } = await createOrganization(ctx, { actor: asUser(dana), name: "Acme" });
  await database.addMember(id, kim, "member");
  const owner = organizationOwner(id);
  await rotateApiKey(ctx, { actor: asUser(dana), owner, newKey: providerKey() });
  const revoke = (userId: string) => revokeKey(ctx, { actor: asUser(userId), owner, slot: "primary" });
  await expect(revoke(kim)).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(revoke(stranger)).rejects.toMatchObject({ code: "NOT_FOUND" });
  await revoke(dana);
  expect(await listKeys(ctx, { actor: asUser(dana), owner })).toEqual([]);
});

test("keys are sealed under a new master key while they are used and rotated, by two at once, and then the old one can go", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const people = await Promise.all(Array.from({ length: 60 }, () => personWithKeys(service, 2)));
  const [old, fresh] = [service.keyRing, masterKey()];
  const listed = await listKeys(ctx, people[0]?.whose ?? { actor: asUser(""), owner: userOwner("") });
  const both = [
    await service.another({ keyRing: `${fresh},${old}` }),
    await service.another({ keyRing: `${fresh},${old}` }),
  ];

  const seen: RewrapProgress[] = [];
  const rotated = people[1];
  const [first, second] = await Promise.all([
    ...both.map((each) => rewrapKeys(each, (progress) => seen.push(progress))),
    rotateApiKey(both[0] as typeof ctx, {
      ...(rotated?.whose as NonNullable<typeof rotated>["whose"]),
      newKey: providerKey("roll"),
    }),
  ]);
  expect((first as RewrapProgress).rewrapped + (second as RewrapProgress).rewrapped).toBeGreaterThanOrEqual(
    118,
  );
  expect(seen.at(-1)).toMatchObject({ left: 0, unreadable: 0 });
  expect(seen.length).toBeGreaterThan(2);
  const kinds = await database.owner`select distinct kek_id from private.ai_provider_keys`;
  expect(kinds).toHaveLength(1);

  const after = await service.another({ keyRing: fresh });
  for (const { userId, keys } of people) {
    if (userId === rotated?.userId) continue;
    expect(plain(await openApiKey(after, { userId }))).toBe(keys[1]);
    expect(plain(await openApiKey(after, { userId, slot: "secondary" }))).toBe(keys[0]);
  }
  // To its owner nothing has happened: the key is as old as before, and there is nothing to read in the audit.
  const whose = people[0]?.whose;
  if (!whose) throw new Error("There is one.");
  expect(await listKeys(after, whose)).toEqual(listed);
  expect((await listAudit(after, whose)).entries).toHaveLength(3);
  expect(await rewrapKeys(after)).toEqual({ rewrapped: 0, unreadable: 0, left: 0 });
});

test("a key that no master key opens is counted, left as it is, and stops nothing", async () => {
  await using service = await startService();
  const { database } = service;
  await personWithKeys(service, 1);
  const broken = await personWithKeys(service, 1);
  const [row] = await database.owner`
    update private.ai_provider_keys set sealed = left(sealed, -8) || 'AAAAAAAA' where user_id = ${broken.userId} returning sealed`;
  const both = await service.another({ keyRing: `${masterKey()},${service.keyRing}` });
  expect(await rewrapKeys(both)).toEqual({ rewrapped: 1, unreadable: 1, left: 0 });
  const [still] =
    await database.owner`select sealed from private.ai_provider_keys where user_id = ${broken.userId}`;
  expect(still).toEqual(row);
});

test("rotating under load fails no call: every key that is opened is one that Anthropic takes", async () => {
  await using service = await startService();
  const { ctx } = service;
  const elsewhere = await service.another();
  const { userId, whose, keys } = await personWithKeys(service, 1);
  const accepted = new Set(keys);
  let isOver = false;
  let calls = 0;
  const call = async (where: typeof ctx) => {
    while (!isOver) {
      const key = plain(await openApiKey(where, { userId }));
      // The former key stays good for a day, so a call that opened it just before goes through.
      expect(key !== undefined && accepted.has(key)).toBe(true);
      calls += 1;
    }
  };
  const callers = [ctx, elsewhere, ctx, elsewhere].map(call);
  for (let rotation = 0; rotation < 10; rotation += 1) {
    const newKey = providerKey();
    accepted.add(newKey);
    await rotateApiKey(ctx, { ...whose, newKey });
    expect(plain(await openApiKey(elsewhere, { userId }))).toBe(newKey);
  }
  isOver = true;
  await Promise.all(callers);
  expect(calls).toBeGreaterThan(20);
});

test("a key is due by the schedule that applies to its owner", async () => {
  await using service = await startService();
  const { ctx } = service;
  const { whose } = await personWithKeys(service);
  expect((await listKeys(ctx, whose)).map(({ dueAt }) => dueAt)).toEqual([null, null]);
  await updateConfiguration(ctx, {
    ...whose,
    configName: "default",
    updates: { apiKeys: { rotationSchedule: "quarterly" } },
  });
  const [primary, secondary] = await listKeys(ctx, whose);
  expect(secondary?.dueAt).toBeNull();
  const days = (Date.parse(primary?.dueAt ?? "") - Date.parse(primary?.createdAt ?? "")) / 86_400_000;
  expect(days).toBeGreaterThan(88);
  expect(days).toBeLessThan(93);
});
