import { expect, test } from "vitest";

import {
  createOrganization,
  deleteConfiguration,
  listAudit,
  listConfigurations,
  restoreConfiguration,
  setPolicy,
  toggleConfiguration,
  updateConfiguration,
} from "../src/index.ts";
import { asUser, organizationOwner, startService, type TestService, userOwner } from "./support/service.ts";

const configName = "default";

async function person({ ctx, database }: TestService) {
  const userId = await database.createUser();
  const whose = { actor: asUser(userId), owner: userOwner(userId) };
  const change = (updates: unknown) => updateConfiguration(ctx, { ...whose, configName, updates });
  /** The entries of the audit, oldest first. */
  const history = async () => (await listAudit(ctx, whose)).entries.toReversed();
  const stored = () => listConfigurations(ctx, whose);
  return { userId, whose, change, history, stored };
}

test("an earlier state becomes a new change, which can be taken back like any other", async () => {
  await using service = await startService();
  const { ctx } = service;
  const { whose, change, history, stored } = await person(service);
  await change({ model: { temperature: 0.1, topP: 0.5 }, timeouts: { connectionTimeout: 5000 } });
  await change({ model: { temperature: 0.2, topP: null }, timeouts: null, costBudget: { dailyBudget: 5 } });
  const [first, second] = await history();

  const restored = await restoreConfiguration(ctx, {
    ...whose,
    auditId: first?.id ?? "",
    reason: "It was better.",
  });
  expect(restored).toMatchObject({
    success: true,
    version: 3,
    effective: { configuration: { model: { temperature: 0.1 }, costBudget: { dailyBudget: 100 } } },
  });
  expect(await stored()).toMatchObject([
    { configuration: { model: { temperature: 0.1, topP: 0.5 }, timeouts: { connectionTimeout: 5000 } } },
  ]);
  expect((await history()).at(-1)).toMatchObject({ action: "update", reason: "It was better." });
  await restoreConfiguration(ctx, { ...whose, auditId: second?.id ?? "" });
  expect(await stored()).toMatchObject([
    { version: 4, configuration: { model: { temperature: 0.2 }, costBudget: { dailyBudget: 5 } } },
  ]);
});

test("a deleted configuration comes back as it was, in force or not", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const { whose, change, history, stored } = await person(service);
  await change({ model: { temperature: 0.1 } });
  const [row] = await stored();
  await toggleConfiguration(ctx, { actor: whose.actor, configId: row?.id ?? "", isActive: false });
  await database.owner`update public.ai_configurations set priority = 7`;
  await deleteConfiguration(ctx, { ...whose, configName });
  const deletion = (await history()).at(-1);
  expect(
    await restoreConfiguration(ctx, { ...whose, auditId: deletion?.id ?? "", expectedVersion: 0 }),
  ).toMatchObject({
    success: true,
  });
  expect(await stored()).toMatchObject([
    { configName, isActive: false, priority: 7, configuration: { model: { temperature: 0.1 } } },
  ]);
});

test("what no longer holds is refused, and nothing is changed", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const { userId, whose, change, history, stored } = await person(service);
  await change({ model: { temperature: 0.9 } });
  await change({ model: { temperature: 0.1 } });
  const dana = asUser(await database.createUser());
  const { id: organizationId } = await createOrganization(ctx, { actor: dana, name: "Acme" });
  await database.addMember(organizationId, userId, "member");
  const policy = { fields: { "model.temperature": { max: 0.5, onBreach: "refuse" } } };
  await setPolicy(ctx, { actor: dana, organizationId, policy });
  const [first] = await history();
  const auditId = first?.id ?? "";
  expect(await restoreConfiguration(ctx, { ...whose, auditId })).toEqual({
    success: false,
    errors: [
      { path: "model.temperature", code: "policy_limit", message: "Must be 0.5 or less: the limit of Acme." },
    ],
  });
  await setPolicy(ctx, { actor: dana, organizationId, policy: {} });
  await expect(restoreConfiguration(ctx, { ...whose, auditId, expectedVersion: 1 })).rejects.toMatchObject({
    code: "CONFIGURATION_STALE",
  });
  expect(await stored()).toMatchObject([{ version: 2, configuration: { model: { temperature: 0.1 } } }]);
});

test("a state that would come into force with a contradiction is refused", async () => {
  await using service = await startService();
  const { ctx } = service;
  const { whose, change, history, stored } = await person(service);
  await change({ costBudget: { dailyBudget: 400 } });
  const [row] = await stored();
  await toggleConfiguration(ctx, { actor: whose.actor, configId: row?.id ?? "", isActive: false });
  const limit = { ...whose, configName: "limit", updates: { costBudget: { weeklyBudget: 200 } } };
  expect(await updateConfiguration(ctx, limit)).toMatchObject({ success: true });
  const [inForce] = await history();
  expect(await restoreConfiguration(ctx, { ...whose, auditId: inForce?.id ?? "" })).toMatchObject({
    success: false,
    errors: [{ code: "inconsistent" }],
  });
  expect((await stored()).map(({ isActive }) => isActive).sort()).toEqual([false, true]);
});

test("only one's own entries of configurations can be restored", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const { change, history } = await person(service);
  await change({ model: { temperature: 0.1 } });
  const [entry] = await history();
  const kim = await database.createUser();
  const stranger = { actor: asUser(kim), owner: userOwner(kim) };
  const absent = { code: "NOT_FOUND" };
  for (const auditId of [entry?.id ?? "", "0", "999999", "1; drop table", "-1", ""]) {
    await expect(restoreConfiguration(ctx, { ...stranger, auditId })).rejects.toMatchObject(absent);
  }
  const { id } = await createOrganization(ctx, { actor: stranger.actor, name: "Acme" });
  const owner = organizationOwner(id);
  const { entries } = await listAudit(ctx, { actor: stranger.actor, owner });
  for (const { id: auditId } of entries) {
    await expect(restoreConfiguration(ctx, { actor: stranger.actor, owner, auditId })).rejects.toMatchObject(
      absent,
    );
  }
});
