import { randomUUID } from "node:crypto";

import { expect, test } from "vitest";

import {
  deleteConfiguration,
  getEffectiveConfiguration,
  getOrganizationConfiguration,
  listAudit,
  listConfigurations,
  toggleConfiguration,
  updateConfiguration,
} from "../src/index.ts";
import { asUser, organizationOwner, startService, userOwner } from "./support/service.ts";

const configName = "default";

async function expectRefusals(attempts: Promise<unknown>[], code: string) {
  for (const result of await Promise.allSettled(attempts)) {
    expect(result).toMatchObject({ status: "rejected", reason: { code } });
  }
}

test("a change is stored, in force at once, and explained", async () => {
  await using service = await startService({ environment: { ANTHROPIC_TEMPERATURE: "0.3" } });
  const { ctx } = service;
  const userId = await service.database.createUser();
  const [actor, owner] = [asUser(userId), userOwner(userId)];
  expect((await getEffectiveConfiguration(ctx, { actor, userId })).configuration.model.temperature).toBe(0.3);

  const updates = { model: { temperature: 0.9 } };
  const result = await updateConfiguration(ctx, { actor, owner, configName, updates });
  expect(result).toMatchObject({ success: true, version: 1 });

  const effective = await getEffectiveConfiguration(ctx, { actor, userId });
  expect(effective.sources["model.temperature"]).toMatchObject({
    value: 0.9,
    source: "user",
    hidden: [
      { source: "environment", value: 0.3 },
      { source: "defaults", value: 0.7 },
    ],
  });
  expect(Object.values(effective.versions)).toEqual([1]);

  await updateConfiguration(ctx, { actor, owner, configName, updates: { model: { temperature: null } } });
  expect((await getEffectiveConfiguration(ctx, { actor, userId })).configuration.model.temperature).toBe(0.3);
});

test("bad input is answered with all its problems, and nothing is changed", async () => {
  await using service = await startService();
  const { ctx } = service;
  const userId = await service.database.createUser();
  const [actor, owner] = [asUser(userId), userOwner(userId)];
  const updates = { model: { temperature: 1.5, maxTokens: "many" }, unknown: 1 };
  const result = await updateConfiguration(ctx, {
    actor,
    owner,
    configName: "no/slash",
    updates,
    reason: "x".repeat(501),
  });
  expect(result.success).toBe(false);
  const paths = result.success ? [] : result.errors.map(({ path }) => path);
  expect(paths.sort()).toEqual(["configName", "model.maxTokens", "model.temperature", "reason", "unknown"]);
  expect(await listConfigurations(ctx, { actor, owner })).toEqual([]);
  expect((await listAudit(ctx, { actor, owner })).entries).toEqual([]);
});

test("two patches of different fields at once both survive, also where both make the row", async () => {
  await using service = await startService();
  const other = await service.another();
  const userId = await service.database.createUser();
  const [actor, owner] = [asUser(userId), userOwner(userId)];
  const patches = [
    { model: { temperature: 0.1 } },
    { model: { topP: 0.2 } },
    { rateLimiting: { burstAllowance: 5 } },
    { retryStrategy: { maxRetries: 1 } },
    { timeouts: { connectionTimeout: 5_000 } },
    { costBudget: { alertThresholds: [0.5] } },
  ];
  for (const round of ["create", "change"]) {
    const results = await Promise.all(
      patches.map((updates, index) =>
        updateConfiguration(index % 2 ? service.ctx : other, {
          actor,
          owner,
          configName: `row ${round}`,
          updates,
        }),
      ),
    );
    expect(results.every(({ success }) => success)).toBe(true);
    expect(results.map((result) => result.success && result.version).sort()).toEqual([1, 2, 3, 4, 5, 6]);
  }
  const rows = await listConfigurations(service.ctx, { actor, owner });
  for (const row of rows)
    expect(row.configuration).toEqual(
      Object.assign({}, ...patches.slice(2), { model: { temperature: 0.1, topP: 0.2 } }),
    );
  expect((await listAudit(service.ctx, { actor, owner })).entries).toHaveLength(12);
});

test("an expected version that is not the present one is stale; 0 means that there is no row yet", async () => {
  await using service = await startService();
  const { ctx } = service;
  const userId = await service.database.createUser();
  const base = { actor: asUser(userId), owner: userOwner(userId), configName };
  const set = (temperature: number, expectedVersion: number) =>
    updateConfiguration(ctx, { ...base, updates: { model: { temperature } }, expectedVersion });

  await expect(set(0.1, 1)).rejects.toMatchObject({ code: "CONFIGURATION_STALE" });
  expect(await set(0.1, 0)).toMatchObject({ success: true, version: 1 });
  await expect(set(0.2, 0)).rejects.toMatchObject({ code: "CONFIGURATION_STALE" });
  expect(await set(0.2, 1)).toMatchObject({ success: true, version: 2 });
  await expect(set(0.3, 1)).rejects.toMatchObject({ code: "CONFIGURATION_STALE" });

  // None of them is what is there: a change that changes nothing makes no version.
  const race = await Promise.allSettled([3, 4, 5, 6].map((n) => set(n / 10, 2)));
  expect(race.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test("of several makers who all expect no row one wins", async () => {
  await using service = await startService();
  const userId = await service.database.createUser();
  const base = { actor: asUser(userId), owner: userOwner(userId), configName, expectedVersion: 0 };
  const race = await Promise.allSettled(
    [1, 2, 3, 4].map((n) =>
      updateConfiguration(service.ctx, { ...base, updates: { model: { temperature: n / 10 } } }),
    ),
  );
  expect(race.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const result of race) {
    if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "CONFIGURATION_STALE" });
  }
});

test("a patch that does not fit what is inherited is refused and leaves nothing behind", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const userId = await database.createUser();
  const organizationId = await database.createOrganization({ ownerId: userId });
  const actor = asUser(userId);
  await updateConfiguration(ctx, {
    actor,
    owner: organizationOwner(organizationId),
    configName,
    updates: { costBudget: { dailyBudget: 10, weeklyBudget: 50 } },
  });
  const result = await updateConfiguration(ctx, {
    actor,
    owner: userOwner(userId),
    configName,
    updates: { costBudget: { dailyBudget: 60 } },
  });
  expect(result).toMatchObject({
    success: false,
    errors: [{ path: "costBudget.dailyBudget", code: "inconsistent" }],
  });
  expect(await listConfigurations(ctx, { actor, owner: userOwner(userId) })).toEqual([]);
});

test("a problem that was there before does not stand in the way of another field, but its own field is judged", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const userId = await database.createUser();
  const organizationId = await database.createOrganization({ ownerId: userId });
  const [actor, owner] = [asUser(userId), userOwner(userId)];
  await updateConfiguration(ctx, { actor, owner, configName, updates: { costBudget: { dailyBudget: 400 } } });
  // The organization's change is right by itself, and makes the account's daily budget too large.
  expect(
    await updateConfiguration(ctx, {
      actor,
      owner: organizationOwner(organizationId),
      configName,
      updates: { costBudget: { dailyBudget: 50, weeklyBudget: 300 } },
    }),
  ).toMatchObject({ success: true });
  expect((await getEffectiveConfiguration(ctx, { actor, userId })).problems).toMatchObject([
    { path: "costBudget.dailyBudget" },
  ]);

  const elsewhere = await updateConfiguration(ctx, {
    actor,
    owner,
    configName,
    updates: { model: { temperature: 0.2 } },
  });
  expect(elsewhere.success).toBe(true);
  const same = await updateConfiguration(ctx, {
    actor,
    owner,
    configName,
    updates: { costBudget: { dailyBudget: 350 } },
  });
  expect(same).toMatchObject({ success: false, errors: [{ path: "costBudget.dailyBudget" }] });
  const mended = await updateConfiguration(ctx, {
    actor,
    owner,
    configName,
    updates: { costBudget: { dailyBudget: 200 } },
  });
  expect(mended.success).toBe(true);
});

test("a row that is put in force is checked, one that is taken out is not", async () => {
  await using service = await startService();
  const { ctx } = service;
  const userId = await service.database.createUser();
  const [actor, owner] = [asUser(userId), userOwner(userId)];
  await updateConfiguration(ctx, {
    actor,
    owner,
    configName: "small",
    updates: { costBudget: { dailyBudget: 5, weeklyBudget: 10 } },
  });
  const [small] = await listConfigurations(ctx, { actor, owner });
  const configId = small?.id ?? "";
  expect(await toggleConfiguration(ctx, { actor, configId, isActive: false })).toEqual({
    success: true,
    version: 2,
    owner,
  });
  expect(
    (await getEffectiveConfiguration(ctx, { actor, userId })).configuration.costBudget.weeklyBudget,
  ).toBe(500);

  await updateConfiguration(ctx, {
    actor,
    owner,
    configName: "large",
    updates: { costBudget: { dailyBudget: 90 } },
  });
  const refused = await toggleConfiguration(ctx, { actor, configId, isActive: true });
  expect(refused).toMatchObject({ success: false, errors: [{ path: "costBudget.dailyBudget" }] });
  expect(await listConfigurations(ctx, { actor, owner })).toContainEqual(
    expect.objectContaining({ id: configId, isActive: false, version: 2 }),
  );
  await expect(
    toggleConfiguration(ctx, { actor, configId: randomUUID(), isActive: true }),
  ).rejects.toMatchObject({ code: "NOT_FOUND" });
});

test("an organization is resolved and judged without anybody's own rows", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const userId = await database.createUser();
  const organizationId = await database.createOrganization({ ownerId: userId, name: "Acme" });
  const actor = asUser(userId);
  await updateConfiguration(ctx, {
    actor,
    owner: userOwner(userId),
    configName,
    updates: { model: { temperature: 0.1 } },
  });
  const result = await updateConfiguration(ctx, {
    actor,
    owner: organizationOwner(organizationId),
    configName,
    updates: { model: { topP: 0.5 } },
  });
  expect(result).toMatchObject({ success: true, effective: { userId: null, organizationName: "Acme" } });
  const { configuration } = await getOrganizationConfiguration(ctx, { actor, organizationId });
  expect(configuration.model).toMatchObject({ temperature: 0.7, topP: 0.5 });
  expect((await getEffectiveConfiguration(ctx, { actor, userId })).configuration.model).toMatchObject({
    temperature: 0.1,
    topP: 0.5,
  });
});

test("what one may not see does not exist, and what one may see and not change is forbidden", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const [ownerId, memberId, strangerId] = [
    await database.createUser(),
    await database.createUser(),
    await database.createUser(),
  ];
  const organizationId = await database.createOrganization({ ownerId });
  await database.addMember(organizationId, memberId, "member");
  const owner = organizationOwner(organizationId);
  const updates = { model: { temperature: 0.5 } };
  await updateConfiguration(ctx, { actor: asUser(ownerId), owner, configName, updates });
  const [row] = await listConfigurations(ctx, { actor: asUser(memberId), owner });
  const configId = row?.id ?? "";

  const attempts = (userId: string) => {
    const actor = asUser(userId);
    return [
      updateConfiguration(ctx, { actor, owner, configName, updates, expectedVersion: 7 }),
      updateConfiguration(ctx, { actor, owner, configName: "another", updates }),
      deleteConfiguration(ctx, { actor, owner, configName }),
      toggleConfiguration(ctx, { actor, configId, isActive: false }),
    ];
  };
  await expectRefusals(attempts(memberId), "FORBIDDEN");
  await expectRefusals(attempts(strangerId), "NOT_FOUND");
  const stranger = asUser(strangerId);
  const looks = [
    listConfigurations(ctx, { actor: stranger, owner }),
    listAudit(ctx, { actor: stranger, owner }),
    getOrganizationConfiguration(ctx, { actor: stranger, organizationId }),
    getEffectiveConfiguration(ctx, { actor: stranger, userId: ownerId }),
    getEffectiveConfiguration(ctx, { actor: stranger, userId: strangerId, organizationId }),
    updateConfiguration(ctx, { actor: stranger, owner: userOwner(ownerId), configName, updates }),
    deleteConfiguration(ctx, { actor: stranger, owner: userOwner(ownerId), configName }),
  ];
  await expectRefusals(looks, "NOT_FOUND");
  expect(await listConfigurations(ctx, { actor: asUser(ownerId), owner })).toMatchObject([
    { version: 1, isActive: true },
  ]);
});

test("the audit says who changed what from what to what, and why, page by page", async () => {
  await using service = await startService();
  const { ctx } = service;
  const userId = await service.database.createUser();
  const [actor, owner] = [{ ...asUser(userId), requestId: "request-1" }, userOwner(userId)];
  await updateConfiguration(ctx, {
    actor,
    owner,
    configName,
    updates: { model: { temperature: 0.9 } },
    reason: "Bolder answers.",
  });
  await updateConfiguration(ctx, {
    actor: { type: "service", name: "worker" },
    owner,
    configName,
    updates: { model: { temperature: 0.8 } },
  });
  await deleteConfiguration(ctx, { actor, owner, configName, reason: "Back to what we share." });

  const first = await listAudit(ctx, { actor, owner, limit: 2 });
  const second = await listAudit(ctx, { actor, owner, limit: 2, before: first.next });
  expect(second.next).toBeNull();
  expect([...first.entries, ...second.entries]).toMatchObject([
    {
      action: "delete",
      reason: "Back to what we share.",
      changes: expect.arrayContaining([{ path: "model.temperature", from: 0.8, to: null }]),
    },
    {
      action: "update",
      version: 2,
      actor: { type: "service", id: null, name: "worker" },
      changes: [{ path: "model.temperature", from: 0.9, to: 0.8 }],
    },
    {
      action: "insert",
      actor: { type: "user", id: userId },
      requestId: "request-1",
      reason: "Bolder answers.",
      changes: expect.arrayContaining([{ path: "model.temperature", from: null, to: 0.9 }]),
    },
  ]);
  await expect(listAudit(ctx, { actor, owner, before: "1; drop" })).rejects.toMatchObject({
    code: "INPUT_INVALID",
  });
});

test("a key in a patch or a reason is refused before the database sees it", async () => {
  await using service = await startService();
  const userId = await service.database.createUser();
  const base = { actor: asUser(userId), owner: userOwner(userId), configName };
  for (const change of [
    { updates: { apiKeys: { primaryKey: "sk-ant-api03-abcdefgh" } } },
    { updates: { model: { model: "sk-ant-api03-abcdefgh" } } },
    { updates: {}, reason: "for sk-ant-api03-abcdefgh" },
  ]) {
    const result = await updateConfiguration(service.ctx, { ...base, ...change });
    expect(result.success).toBe(false);
    expect(JSON.stringify(result)).not.toContain("abcdefgh");
  }
});

test("making a pair worse is refused, whichever of the two is patched", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const [ownerId, memberId] = [await database.createUser(), await database.createUser()];
  const organizationId = await database.createOrganization({ ownerId });
  await database.addMember(organizationId, memberId, "member");
  const patch = (costBudget: object) =>
    updateConfiguration(ctx, {
      actor: asUser(memberId),
      owner: userOwner(memberId),
      configName,
      updates: { costBudget },
    });
  expect(await patch({ dailyBudget: 50 })).toMatchObject({ success: true });
  await updateConfiguration(ctx, {
    actor: asUser(ownerId),
    owner: organizationOwner(organizationId),
    configName,
    updates: { costBudget: { dailyBudget: 20, weeklyBudget: 30 } },
  });
  expect(await patch({ weeklyBudget: 10 })).toMatchObject({
    success: false,
    errors: [{ path: "costBudget.dailyBudget", code: "inconsistent" }],
  });
  expect(await patch({ dailyBudget: 30 })).toMatchObject({ success: true });
});

test("changes of different rows at once cannot be right alone and wrong together", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  for (let round = 0; round < 10; round += 1) {
    const userId = await database.createUser();
    const [actor, owner] = [asUser(userId), userOwner(userId)];
    const patch = (name: string, costBudget: object) =>
      updateConfiguration(ctx, { actor, owner, configName: name, updates: { costBudget } });
    await patch("a", {});
    await patch("b", {});
    const outcomes = await Promise.all([patch("a", { dailyBudget: 400 }), patch("b", { weeklyBudget: 200 })]);
    expect(outcomes.map(({ success }) => success).sort()).toEqual([false, true]);
    const { costBudget } = (await getEffectiveConfiguration(ctx, { actor, userId })).configuration;
    expect(costBudget.dailyBudget).toBeLessThanOrEqual(costBudget.weeklyBudget);
  }
});

test("an organization's audit is for its owners and admins, and others are told so", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const [ownerId, memberId] = [await database.createUser(), await database.createUser()];
  const organizationId = await database.createOrganization({ ownerId });
  await database.addMember(organizationId, memberId, "member");
  const owner = organizationOwner(organizationId);
  const { entries } = await listAudit(ctx, { actor: asUser(ownerId), owner });
  expect(entries.filter(({ subject }) => subject === "configuration")).toEqual([]);
  await expectRefusals([listAudit(ctx, { actor: asUser(memberId), owner })], "FORBIDDEN");
});

test("there is a limit to an owner's configurations, and it is told as one", async () => {
  await using service = await startService();
  const userId = await service.database.createUser();
  await service.database.owner`insert into public.ai_configurations (user_id, config_name)
    select ${userId}, 'row ' || n from generate_series(1, 100) as n`;
  const [actor, owner] = [asUser(userId), userOwner(userId)];
  await expectRefusals(
    [updateConfiguration(service.ctx, { actor, owner, configName: "one more", updates: {} })],
    "CONFIGURATION_LIMIT",
  );
});
