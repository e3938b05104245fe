import { setTimeout as sleep } from "node:timers/promises";

import { Secret } from "@ai-config/config-core";
import { asActor, sql } from "@ai-config/db";
import { expect, test } from "vitest";

import {
  AI_CONFIG,
  createKeyVault,
  createServiceToken,
  getAIConfigForUser,
  getEffectiveConfiguration,
  type LiveServiceToken,
  listAudit,
  listKeys,
  openApiKey,
  removeMember,
  revokeServiceToken,
  rotateApiKey,
  useServiceToken,
} from "../src/index.ts";
import {
  anthropicAnswering,
  asUser,
  masterKey,
  organizationOwner,
  providerKey,
  startService,
  userOwner,
} from "./support/service.ts";

test("a new key becomes primary, the old one stays for a day, and both show as hints only", async () => {
  await using service = await startService();
  const { ctx } = service;
  const userId = await service.database.createUser();
  const [actor, owner] = [asUser(userId), userOwner(userId)];
  const keys = [providerKey("0001"), providerKey("0002"), providerKey("0003")];
  for (const [index, newKey] of keys.entries()) {
    expect(await rotateApiKey(ctx, { actor, owner, newKey: ` ${newKey}\n` })).toEqual({
      keyVersion: index + 1,
      hint: `sk-ant-…${newKey.slice(-4)}`,
      verified: true,
      previousHint: index === 0 ? null : `sk-ant-…000${index}`,
    });
    expect((await openApiKey(ctx, { userId }))?.reveal()).toBe(newKey);
  }
  expect((await openApiKey(ctx, { userId, slot: "secondary" }))?.reveal()).toBe(keys[1]);

  const [primary, secondary] = await listKeys(ctx, { actor, owner });
  expect(primary).toMatchObject({ slot: "primary", status: "active", keyVersion: 3, expiresAt: null });
  expect(secondary).toMatchObject({
    slot: "secondary",
    status: "grace",
    keyVersion: 2,
    hint: "sk-ant-…0002",
  });
  const hoursLeft = (Date.parse(secondary?.expiresAt ?? "") - Date.now()) / 3_600_000;
  expect(hoursLeft).toBeGreaterThan(23.9);
  expect(hoursLeft).toBeLessThan(24.1);

  const effective = await getEffectiveConfiguration(ctx, { actor, userId });
  expect(effective.configuration.apiKeys).toMatchObject({
    primaryKey: "sk-ant-…0003",
    secondaryKey: "sk-ant-…0002",
    keyVersion: 3,
  });
  expect(effective.sources["apiKeys.primaryKey"].source).toBe("user");

  const audit = await listAudit(ctx, { actor, owner });
  expect(audit.entries.every((entry) => entry.subject === "key" && entry.actor.id === userId)).toBe(true);
  const rows = await service.database.owner`select * from private.ai_provider_keys`;
  expect(JSON.stringify([effective, audit, rows, primary])).not.toContain("canarycanary");
});

test("a key that Anthropic refuses changes nothing", async () => {
  for (const status of [401, 403]) {
    const { send, requests } = anthropicAnswering(status);
    await using service = await startService({
      fetch: send,
      environment: { ANTHROPIC_API_BASE_URL: "https://anthropic.example/v1" },
    });
    const userId = await service.database.createUser();
    const [actor, owner] = [asUser(userId), userOwner(userId)];
    const newKey = providerKey();
    await expect(rotateApiKey(service.ctx, { actor, owner, newKey })).rejects.toMatchObject({
      code: "KEY_REFUSED",
    });
    expect(await listKeys(service.ctx, { actor, owner })).toEqual([]);
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      url: "https://anthropic.example/v1/models?limit=1",
      init: {
        method: "GET",
        redirect: "error",
        headers: { "x-api-key": newKey, "anthropic-version": "2023-06-01" },
      },
    });
  }
});

test("when Anthropic cannot be asked the key is stored as unverified", async () => {
  for (const answer of [429, 500, 529, new Error("no network")]) {
    await using service = await startService({ fetch: anthropicAnswering(answer).send });
    const userId = await service.database.createUser();
    const [actor, owner] = [asUser(userId), userOwner(userId)];
    expect(await rotateApiKey(service.ctx, { actor, owner, newKey: providerKey() })).toMatchObject({
      verified: false,
      keyVersion: 1,
    });
    expect(await listKeys(service.ctx, { actor, owner })).toMatchObject([{ verified: false }]);
  }
});

test("the present key again is a success that changes nothing, also under a later master key", async () => {
  const { send, requests } = anthropicAnswering(200);
  await using service = await startService({ fetch: send });
  const userId = await service.database.createUser();
  const [actor, owner] = [asUser(userId), userOwner(userId)];
  const newKey = providerKey();
  const first = await rotateApiKey(service.ctx, { actor, owner, newKey });
  expect(await rotateApiKey(service.ctx, { actor, owner, newKey })).toEqual(first);
  const later = await service.another({ keyRing: `${masterKey()},${service.keyRing}` });
  expect(await rotateApiKey(later, { actor, owner, newKey })).toEqual(first);
  expect(requests).toHaveLength(1);
  expect((await listAudit(service.ctx, { actor, owner })).entries).toHaveLength(1);
});

// More than one round, because which of them reads before another writes is a matter of luck.
test.each([1, 2, 3, 4, 5])(
  "rotations at once come one after the other: every version once, the last two usable (round %i)",
  async () => {
    await using service = await startService();
    const userId = await service.database.createUser();
    const [actor, owner] = [asUser(userId), userOwner(userId)];
    const results = await Promise.all(
      Array.from({ length: 4 }, () => rotateApiKey(service.ctx, { actor, owner, newKey: providerKey() })),
    );
    expect(results.map(({ keyVersion }) => keyVersion).sort()).toEqual([1, 2, 3, 4]);
    const stored = await listKeys(service.ctx, { actor, owner });
    expect(stored.map(({ keyVersion }) => keyVersion)).toEqual([4, 3]);
    expect(await openApiKey(service.ctx, { userId, slot: "secondary" })).toBeInstanceOf(Secret);
  },
);

test("text that can be no key is refused before anybody is asked", async () => {
  const { send, requests } = anthropicAnswering(200);
  await using service = await startService({ fetch: send });
  const userId = await service.database.createUser();
  const base = { actor: asUser(userId), owner: userOwner(userId) };
  for (const newKey of [
    "",
    "sk-ant-",
    "sk-proj-abcdefgh",
    "sk-ant-a b",
    "sk-ant-a\r\nx-evil: 1",
    `sk-ant-${"x".repeat(506)}`,
    "sk-ant-é",
    "sk-ant-\0",
  ]) {
    await expect(rotateApiKey(service.ctx, { ...base, newKey })).rejects.toMatchObject({
      code: "INPUT_INVALID",
      issues: [{ path: "newKey" }],
    });
  }
  expect(requests).toEqual([]);
});

test("an account's key goes before its organization's, and that before the environment's", async () => {
  const environmentKey = providerKey("envk");
  await using service = await startService({ environment: { ANTHROPIC_API_KEY: environmentKey } });
  const { ctx, database } = service;
  const [ownerId, memberId, strangerId] = [
    await database.createUser(),
    await database.createUser(),
    await database.createUser(),
  ];
  const organizationId = await database.createOrganization({ ownerId });
  await database.addMember(organizationId, memberId, "member");
  const [organizationKey, memberKey] = [providerKey("orgk"), providerKey("usrk")];
  const open = async (userId: string, explicit?: string) =>
    (await openApiKey(ctx, { userId, organizationId: explicit }))?.reveal();

  expect(await open(memberId)).toBe(environmentKey);
  await rotateApiKey(ctx, {
    actor: asUser(ownerId),
    owner: organizationOwner(organizationId),
    newKey: organizationKey,
  });
  expect(await open(memberId)).toBe(organizationKey);
  expect(await open(memberId, organizationId)).toBe(organizationKey);
  await rotateApiKey(ctx, { actor: asUser(memberId), owner: userOwner(memberId), newKey: memberKey });
  expect(await open(memberId)).toBe(memberKey);
  expect(await open(strangerId)).toBe(environmentKey);
  expect(await open(strangerId, organizationId)).toBe(environmentKey);

  const { apiKeys } = await getAIConfigForUser(memberId, ctx);
  expect(apiKeys.primaryKey).toBeInstanceOf(Secret);
  expect(apiKeys.primaryKey?.reveal()).toBe(memberKey);
  expect(JSON.stringify(apiKeys)).not.toContain("canary");
});

test("only owners and admins store an organization's key, and only members know it is there", async () => {
  const { send, requests } = anthropicAnswering(200);
  await using service = await startService({ fetch: send });
  const { ctx, database } = service;
  const [ownerId, memberId, strangerId] = [
    await database.createUser(),
    await database.createUser(),
    await database.createUser(),
  ];
  const organizationId = await database.createOrganization({ ownerId });
  await database.addMember(organizationId, memberId, "member");
  const owner = organizationOwner(organizationId);
  const rotate = (userId: string) =>
    rotateApiKey(ctx, { actor: asUser(userId), owner, newKey: providerKey() });
  await expect(rotate(memberId)).rejects.toMatchObject({ code: "FORBIDDEN" });
  await expect(rotate(strangerId)).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(
    rotateApiKey(ctx, { actor: asUser(strangerId), owner: userOwner(ownerId), newKey: providerKey() }),
  ).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(requests).toEqual([]);
  await rotate(ownerId);
  expect(await listKeys(ctx, { actor: asUser(memberId), owner })).toHaveLength(1);
  await expect(listKeys(ctx, { actor: asUser(strangerId), owner })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
});

test("an admin who is removed, or a token that is revoked, while their rotation waits stores nothing", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const [ownerId, adminId] = [await database.createUser(), await database.createUser()];
  const organizationId = await database.createOrganization({ ownerId });
  await database.addMember(organizationId, adminId, "admin");
  const owner = organizationOwner(organizationId);
  const { hint } = await rotateApiKey(ctx, { actor: asUser(ownerId), owner, newKey: providerKey() });
  const { token } = await createServiceToken(ctx, {
    actor: asUser(ownerId),
    organizationId,
    name: "worker",
    actions: ["keys:write"],
    days: 1,
  });
  const live = await useServiceToken(ctx, token);
  const actors = [asUser(adminId), { type: "token", ...(live as LiveServiceToken) }] as const;
  const waiting = async () =>
    (
      await database.owner`select 1 from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`
    ).length;
  let rotations: Promise<unknown>[] = [];
  await database.owner.begin(async (tx) => {
    await tx`select 1 from private.ai_provider_keys for update`;
    rotations = actors.map((actor) => rotateApiKey(ctx, { actor, owner, newKey: providerKey() }));
    while ((await waiting()) < actors.length) await sleep(10);
    await removeMember(ctx, { actor: asUser(ownerId), organizationId, userId: adminId });
    await revokeServiceToken(ctx, { actor: asUser(ownerId), organizationId, tokenId: live?.tokenId ?? "" });
  });
  for (const rotation of await Promise.allSettled(rotations))
    expect(rotation).toMatchObject({
      status: "rejected",
      reason: { code: expect.stringMatching(/FORBIDDEN|NOT_FOUND/) },
    });
  expect(await listKeys(ctx, { actor: asUser(ownerId), owner })).toMatchObject([{ hint, keyVersion: 1 }]);
});

test("a start without the master key that stored keys need is refused; one more master key is not", async () => {
  await using service = await startService();
  const userId = await service.database.createUser();
  await rotateApiKey(service.ctx, { actor: asUser(userId), owner: userOwner(userId), newKey: providerKey() });
  const lost = createKeyVault(service.keyRing).primaryId;
  const start = service.another({ keyRing: masterKey() });
  await expect(start).rejects.toMatchObject({
    code: "KEY_UNREADABLE",
    message: expect.stringContaining(lost),
  });
  const later = await service.another({ keyRing: `${masterKey()},${service.keyRing}` });
  expect(await openApiKey(later, { userId })).toBeInstanceOf(Secret);
});

test("a canary that does not open stops the start", async () => {
  await using service = await startService();
  const next = masterKey();
  const { primaryId } = createKeyVault(next);
  const other = createKeyVault(service.keyRing);
  await service.database.owner`
    insert into private.kek_canaries (kek_id, sealed) values (${primaryId}, ${await other.sealCanary(other.primaryId)})`;
  await expect(service.another({ keyRing: next })).rejects.toMatchObject({ code: "KEY_UNREADABLE" });
});

test("a stored key that was tampered with is told as unreadable, and can be replaced", async () => {
  const lines: string[] = [];
  await using service = await startService({ log: (_level, message) => lines.push(message) });
  const { ctx, database } = service;
  const [victimId, thiefId] = [await database.createUser(), await database.createUser()];
  await rotateApiKey(ctx, { actor: asUser(victimId), owner: userOwner(victimId), newKey: providerKey() });
  await rotateApiKey(ctx, { actor: asUser(thiefId), owner: userOwner(thiefId), newKey: providerKey() });
  await database.owner`
    update private.ai_provider_keys set sealed = (select sealed from private.ai_provider_keys where user_id = ${victimId})
    where user_id = ${thiefId}`;
  await expect(openApiKey(ctx, { userId: thiefId })).rejects.toMatchObject({ code: "KEY_UNREADABLE" });
  const rotated = await rotateApiKey(ctx, {
    actor: asUser(thiefId),
    owner: userOwner(thiefId),
    newKey: providerKey("good"),
  });
  expect(rotated).toMatchObject({ keyVersion: 2 });
  expect((await openApiKey(ctx, { userId: thiefId }))?.reveal()).toMatch(/good$/);
  expect(await openApiKey(ctx, { userId: thiefId, slot: "secondary" })).toBeNull();
  expect(lines).toHaveLength(1);
});

test.each([
  ["the same key", "same"],
  ["another key", "othr"],
])(
  "a key that cannot be opened is shown as such, alone, and ends with %s being entered",
  async (_name, tail) => {
    await using service = await startService({ log: () => {} });
    const { ctx, database } = service;
    const [dana, kim] = [await database.createUser(), await database.createUser()];
    const whose = { actor: asUser(dana), owner: userOwner(dana) };
    await rotateApiKey(ctx, { ...whose, newKey: providerKey("frst") });
    await rotateApiKey(ctx, { ...whose, newKey: providerKey("same") });
    await rotateApiKey(ctx, { actor: asUser(kim), owner: userOwner(kim), newKey: providerKey() });
    await database.owner`
    update private.ai_provider_keys set sealed = left(sealed, -8) || 'AAAAAAAA'
    where user_id = ${dana} and slot = 'primary'`;

    const another = await service.another();
    expect(await listKeys(another, whose)).toMatchObject([
      { slot: "primary", hint: "sk-ant-…same", readable: false },
      { slot: "secondary", readable: true },
    ]);
    expect(await listKeys(another, { actor: asUser(kim), owner: userOwner(kim) })).toMatchObject([
      { readable: true },
    ]);
    await expect(openApiKey(another, { userId: dana })).rejects.toMatchObject({
      code: "KEY_UNREADABLE",
      message: expect.stringContaining("store the key again"),
    });
    const { configuration } = await getEffectiveConfiguration(another, { actor: asUser(dana), userId: dana });
    expect(configuration.apiKeys.primaryKey).toBe("sk-ant-…same");

    const entered = await rotateApiKey(another, { ...whose, newKey: providerKey(tail) });
    expect(entered).toMatchObject({ keyVersion: 3, verified: true });
    expect(await listKeys(another, whose)).toMatchObject([
      { slot: "primary", hint: `sk-ant-…${tail}`, readable: true },
    ]);
    expect((await openApiKey(another, { userId: dana }))?.reveal()).toBe(providerKey(tail));
  },
);

test("T45: whether somebody else has a key is told to nobody who has it too", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const [dana, kim, lee] = [
    await database.createUser(),
    await database.createUser(),
    await database.createUser(),
  ];
  const [shared, own] = [providerKey("shrd"), providerKey("shrd")];
  const store = (userId: string, newKey: string) =>
    rotateApiKey(ctx, { actor: asUser(userId), owner: userOwner(userId), newKey });
  const stored = { keyVersion: 1, hint: "sk-ant-…shrd", verified: true, previousHint: null };
  expect(await store(dana, shared)).toEqual(stored);
  expect(await store(kim, shared)).toEqual(stored);
  expect(await store(lee, own)).toEqual(stored);
  const listings = await Promise.all(
    [kim, lee].map(async (userId) => {
      const [key] = await listKeys(ctx, { actor: asUser(userId), owner: userOwner(userId) });
      return { ...key, createdAt: "" };
    }),
  );
  expect(listings[0]).toEqual(listings[1]);
  // Not even the fingerprint can be asked for.
  for (const column of ["fingerprint", "sealed", "kek_id"]) {
    const asked = asActor(database.database, asUser(kim), (tx) =>
      tx.execute(sql`select ${sql.identifier(column)} from private.ai_provider_keys`),
    );
    await expect(asked).rejects.toMatchObject({ cause: { code: "42501" } });
  }
});

test("T48: the database keeps no hint that shows more than a beginning and four characters", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const userId = await database.createUser();
  await rotateApiKey(ctx, { actor: asUser(userId), owner: userOwner(userId), newKey: providerKey() });
  for (const hint of ["sk-ant-api03-abcd", "sk-ant-…abcde", "abcd", "sk-ant-…ab cd", "sk-ant-…abc\n"]) {
    const write = database.owner`update private.ai_provider_keys set hint = ${hint}`;
    await expect(write).rejects.toMatchObject({ code: "23514" });
  }
});

test("AI_CONFIG reads the environment at the moment it is asked", () => {
  const before = process.env.ANTHROPIC_API_KEY;
  try {
    process.env.ANTHROPIC_API_KEY = "sk-ant-legacy-key";
    expect(AI_CONFIG.apiKey).toBe("sk-ant-legacy-key");
    delete process.env.ANTHROPIC_API_KEY;
    expect(AI_CONFIG).toMatchObject({
      apiKey: "",
      model: "claude-sonnet-4-5-20250929",
      maxTokens: 4096,
      temperature: 0.7,
    });
  } finally {
    if (before === undefined) delete process.env.ANTHROPIC_API_KEY;
    else process.env.ANTHROPIC_API_KEY = before;
  }
});

test("the explanation shows no secondary key that failover could not use", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const userId = await database.createUser();
  const organizationId = await database.createOrganization({ ownerId: userId });
  const actor = asUser(userId);
  for (const owner of [
    organizationOwner(organizationId),
    organizationOwner(organizationId),
    userOwner(userId),
  ]) {
    await rotateApiKey(ctx, { actor, owner, newKey: providerKey() });
  }
  const { configuration } = await getEffectiveConfiguration(ctx, { actor, userId });
  expect(configuration.apiKeys.primaryKey).toMatch(/^sk-ant-…/);
  expect(configuration.apiKeys.secondaryKey).toBeUndefined();
  expect(await openApiKey(ctx, { userId, slot: "secondary" })).toBeNull();
});
