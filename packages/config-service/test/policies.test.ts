import { expect, test } from "vitest";

import {
  createOrganization,
  getEffectiveConfiguration,
  getOrganizationConfiguration,
  getPolicy,
  listAudit,
  previewPolicy,
  setPolicy,
  updateConfiguration,
} from "../src/index.ts";
import { asUser, organizationOwner, startService, type TestService, userOwner } from "./support/service.ts";

const configName = "default";

/** Acme, owned by Dana, with Kim as a member and Vic as a viewer, whose default it is. */
async function acme({ ctx, database }: TestService) {
  const [dana, kim, vic, stranger] = await Promise.all(
    ["dana", "kim", "vic", "stranger"].map((name) => database.createUser(`${name}@example.com`)),
  );
  if (!dana || !kim || !vic || !stranger) throw new Error("There are four.");
  const { id: organizationId } = await createOrganization(ctx, { actor: asUser(dana), name: "Acme" });
  await database.addMember(organizationId, kim, "member");
  await database.addMember(organizationId, vic, "viewer");
  const change = (userId: string, updates: unknown) =>
    updateConfiguration(ctx, { actor: asUser(userId), owner: userOwner(userId), configName, updates });
  return { dana, kim, vic, stranger, organizationId, change };
}

test("a policy holds for the next read of every member, in every process, and says so in the explanation", async () => {
  await using service = await startService();
  const { ctx } = service;
  const elsewhere = await service.another();
  const { dana, kim, organizationId, change } = await acme(service);
  await change(kim, { model: { model: "claude-opus-5-5", maxTokens: 16_000 } });
  const read = (where = ctx) => getEffectiveConfiguration(where, { actor: asUser(kim), userId: kim });
  const before = await read(elsewhere);
  expect(before).toMatchObject({ policy: null, configuration: { model: { maxTokens: 16_000 } } });

  const policy = { fields: { "model.maxTokens": { max: 8192 } } };
  expect(await setPolicy(ctx, { actor: asUser(dana), organizationId, policy })).toEqual({
    success: true,
    version: 1,
    policy,
  });
  const now = await read();
  expect(now).toMatchObject({ policy, configuration: { model: { maxTokens: 8192 } } });
  expect(now.etag).not.toBe(before.etag);
  expect(now.sources["model.maxTokens"]).toMatchObject({
    source: "policy",
    layer: { name: "Acme" },
    imposed: { kind: "max", limit: 8192, message: "Limited to 8,192 tokens by Acme." },
    hidden: [
      { value: 16_000, source: "user" },
      { value: 4096, source: "defaults" },
    ],
  });
  await expect.poll(async () => (await read(elsewhere)).configuration.model.maxTokens).toBe(8192);

  await setPolicy(ctx, { actor: asUser(dana), organizationId, policy: {} });
  expect(await read()).toMatchObject({ policy: null, configuration: { model: { maxTokens: 16_000 } } });
});

test("an organization sees what it hands to its members within its own policy", async () => {
  await using service = await startService();
  const { ctx } = service;
  const { dana, organizationId } = await acme(service);
  const actor = asUser(dana);
  await setPolicy(ctx, { actor, organizationId, policy: { fields: { "model.streaming": { lock: true } } } });
  const handed = await getOrganizationConfiguration(ctx, { actor, organizationId });
  expect(handed.configuration.model.streaming).toBe(true);
  expect(handed.sources["model.streaming"].imposed?.message).toBe("Locked by Acme.");
});

test("a change that the policy refuses names the field, the limit and who set it, and changes nothing", async () => {
  await using service = await startService();
  const { ctx } = service;
  const { dana, kim, organizationId, change } = await acme(service);
  await change(kim, { model: { model: "claude-opus-5-5", maxTokens: 16_000 } });
  const policy = {
    fields: { "model.maxTokens": { max: 8192, onBreach: "refuse" }, "model.temperature": { lock: 0.2 } },
    allowedModels: ["claude-opus-5-5"],
  };
  await setPolicy(ctx, { actor: asUser(dana), organizationId, policy });

  const refused = await change(kim, {
    model: { maxTokens: 9000, temperature: 0.3, model: "claude-haiku-5-5" },
  });
  expect(refused).toEqual({
    success: false,
    errors: [
      {
        path: "model.maxTokens",
        code: "policy_limit",
        message: "Must be 8,192 tokens or less: the limit of Acme.",
      },
      { path: "model.temperature", code: "policy_locked", message: "Must be 0.2: Acme has locked it." },
      {
        path: "model.model",
        code: "policy_model",
        message: "Must be a model that Acme allows: claude-opus-5-5.",
      },
    ],
  });
  expect(await change(kim, { model: { topP: 0.5, temperature: 0.2 } })).toMatchObject({
    success: true,
    version: 2,
    effective: { configuration: { model: { maxTokens: 8192, topP: 0.5, model: "claude-opus-5-5" } } },
  });
  // The organization's own rows are held to it as well.
  const shared = await updateConfiguration(ctx, {
    actor: asUser(dana),
    owner: organizationOwner(organizationId),
    configName,
    updates: { model: { temperature: 0.9 } },
  });
  expect(shared).toMatchObject({
    success: false,
    errors: [{ path: "model.temperature", code: "policy_locked" }],
  });
});

test("only owners and admins impose, members read, and nobody else learns anything", async () => {
  await using service = await startService();
  const { ctx } = service;
  const { dana, kim, vic, stranger, organizationId } = await acme(service);
  const policy = { fields: { "model.temperature": { lock: 0 } } };
  await setPolicy(ctx, { actor: asUser(dana), organizationId, policy });
  for (const userId of [kim, vic]) {
    const actor = asUser(userId);
    const forbidden = { code: "FORBIDDEN" };
    await expect(setPolicy(ctx, { actor, organizationId, policy: {} })).rejects.toMatchObject(forbidden);
    await expect(previewPolicy(ctx, { actor, organizationId, policy })).rejects.toMatchObject(forbidden);
    expect(await getPolicy(ctx, { actor, organizationId })).toMatchObject({
      policy,
      version: 1,
      updatedBy: dana,
    });
  }
  const actor = asUser(stranger);
  const absent = { code: "NOT_FOUND" };
  await expect(setPolicy(ctx, { actor, organizationId, policy: {} })).rejects.toMatchObject(absent);
  await expect(previewPolicy(ctx, { actor, organizationId, policy })).rejects.toMatchObject(absent);
  await expect(getPolicy(ctx, { actor, organizationId })).rejects.toMatchObject(absent);
});

test("a policy that was changed in the meantime is not overwritten, and an invalid one changes nothing", async () => {
  await using service = await startService();
  const { ctx } = service;
  const { dana, organizationId } = await acme(service);
  const input = { actor: asUser(dana), organizationId };
  const lock = (value: number) => ({ fields: { "model.temperature": { lock: value } } });
  const first = await Promise.allSettled(
    [0, 0.1, 0.2].map((value) => setPolicy(ctx, { ...input, policy: lock(value), expectedVersion: 0 })),
  );
  expect(first.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  for (const result of first) {
    if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "CONFIGURATION_STALE" });
  }
  await expect(setPolicy(ctx, { ...input, policy: {}, expectedVersion: 0 })).rejects.toMatchObject({
    code: "CONFIGURATION_STALE",
  });
  expect(await setPolicy(ctx, { ...input, policy: lock(7), expectedVersion: 1 })).toMatchObject({
    success: false,
    errors: [{ path: "fields.model.temperature.lock", code: "out_of_range" }],
  });
  expect(await getPolicy(ctx, input)).toMatchObject({ version: 1 });
});

test("a preview tells who would be affected and how, without what is theirs, and changes nothing", async () => {
  await using service = await startService();
  const { ctx } = service;
  const { dana, kim, organizationId, change } = await acme(service);
  await change(kim, { model: { model: "claude-opus-5-5", maxTokens: 16_000, temperature: 0.1 } });
  const input = { actor: asUser(dana), organizationId };
  await setPolicy(ctx, { ...input, policy: { fields: { "model.temperature": { lock: 0.5 } } } });

  const policy = { fields: { "model.maxTokens": { max: 8192 } } };
  const preview = await previewPolicy(ctx, { ...input, policy });
  expect(preview).toMatchObject({ success: true, memberCount: 3, affectedCount: 3 });
  if (!preview.success) throw new Error("It is valid.");
  const fieldsOf = (email: string) => preview.members.find((member) => member.email === email)?.fields;
  expect(fieldsOf("kim@example.com")).toEqual([
    { path: "model.temperature", value: 0.1, message: null },
    { path: "model.maxTokens", value: 8192, message: "Limited to 8,192 tokens by Acme." },
  ]);
  expect(fieldsOf("vic@example.com")).toEqual([{ path: "model.temperature", value: 0.7, message: null }]);
  expect(await getPolicy(ctx, input)).toMatchObject({ version: 1 });
  expect(await previewPolicy(ctx, { ...input, policy: { fields: { "model.topP": {} } } })).toMatchObject({
    success: false,
    errors: [{ path: "fields.model.topP" }],
  });
});

test("a change of policy is in the organization's audit, with its reason", async () => {
  await using service = await startService();
  const { ctx } = service;
  const { dana, organizationId } = await acme(service);
  const actor = asUser(dana);
  const policy = { fields: { "model.maxTokens": { max: 8192 } }, allowedModels: ["claude-opus-5-5"] };
  await setPolicy(ctx, { actor, organizationId, policy, reason: "Costs" });
  const { entries } = await listAudit(ctx, { actor, owner: organizationOwner(organizationId) });
  expect(entries.find(({ subject }) => subject === "policy")).toMatchObject({
    action: "insert",
    actor: { type: "user", id: dana },
    reason: "Costs",
    version: 1,
    changes: [
      { path: "allowedModels", from: null, to: ["claude-opus-5-5"] },
      { path: "fields.model.maxTokens", from: null, to: { max: 8192 } },
    ],
  });
});

test("what members share comes with what the organization says of its budgets, not with what a member says of theirs", async () => {
  await using service = await startService();
  const { ctx } = service;
  const { dana, kim, organizationId, change } = await acme(service);
  const read = () => getEffectiveConfiguration(ctx, { actor: asUser(kim), userId: kim });
  expect((await read()).shared).toBeNull();
  await setPolicy(ctx, {
    actor: asUser(dana),
    organizationId,
    policy: { pool: { dailyBudget: 40, requestsPerMinute: 600 } },
  });
  await updateConfiguration(ctx, {
    actor: asUser(dana),
    owner: organizationOwner(organizationId),
    configName,
    updates: { costBudget: { timeZone: "Europe/Berlin", dailyEnforcement: "warn", alertThresholds: [0.8] } },
  });
  await change(kim, {
    costBudget: { timeZone: "Asia/Tokyo", dailyEnforcement: "block", alertThresholds: [0.1] },
  });
  expect(await read()).toMatchObject({
    configuration: {
      costBudget: { timeZone: "Asia/Tokyo", dailyEnforcement: "block", alertThresholds: [0.1] },
    },
    shared: {
      limits: { dailyBudget: 40, requestsPerMinute: 600 },
      costBudget: { timeZone: "Europe/Berlin", dailyEnforcement: "warn", alertThresholds: [0.8] },
    },
  });
});
