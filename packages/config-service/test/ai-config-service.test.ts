import { afterEach, expect, test, vi } from "vitest";

import {
  AIConfigService,
  aiConfigService,
  closeDefaultServiceContext,
  createOrganization,
  listAudit,
} from "../src/index.ts";
import {
  asUser,
  masterKey,
  organizationOwner,
  providerKey,
  startService,
  userOwner,
} from "./support/service.ts";

afterEach(async () => {
  await closeDefaultServiceContext();
  vi.unstubAllEnvs();
});

test("the face does what its verbs do, as the account it is given", async () => {
  await using service = await startService();
  const face = new AIConfigService(service.ctx);
  const userId = await service.database.createUser();

  expect(await face.updateConfiguration(userId, "default", { model: { temperature: 0.9 } })).toMatchObject({
    success: true,
  });
  expect(await face.updateConfiguration(userId, "default", { model: { temperature: 1.5 } })).toMatchObject({
    success: false,
    errors: [{ path: "model.temperature", code: "out_of_range" }],
  });
  expect((await face.getEffectiveConfiguration(userId)).configuration.model.temperature).toBe(0.9);

  const [row] = await face.getUserConfigurations(userId);
  expect(await face.toggleConfiguration(row?.id ?? "", false)).toMatchObject({ success: true });
  expect((await face.getEffectiveConfiguration(userId)).configuration.model.temperature).toBe(0.7);
  await face.deleteConfiguration(userId, "default");
  expect(await face.getUserConfigurations(userId)).toEqual([]);

  expect(await face.rotateAPIKey(userId, providerKey("x7Qp"))).toMatchObject({
    keyVersion: 1,
    verified: true,
  });
  const { entries } = await listAudit(service.ctx, { actor: asUser(userId), owner: userOwner(userId) });
  expect(entries.map(({ subject, action, actor }) => [subject, action, actor.type]).reverse()).toEqual([
    ["configuration", "insert", "user"],
    ["configuration", "update", "service"],
    ["configuration", "delete", "user"],
    ["key", "insert", "user"],
  ]);
});

test("an organization's configuration is changed as the service, and its members inherit it", async () => {
  await using service = await startService();
  const face = new AIConfigService(service.ctx);
  const userId = await service.database.createUser();
  const actor = asUser(userId);
  const { id } = await createOrganization(service.ctx, { actor, name: "Acme" });

  await face.updateOrganizationConfiguration(
    id,
    "default",
    { model: { maxTokens: 1000 } },
    { reason: "Launch" },
  );
  expect((await face.getOrganizationConfiguration(id)).configuration.model.maxTokens).toBe(1000);
  expect((await face.getEffectiveConfiguration(userId)).sources["model.maxTokens"]).toMatchObject({
    source: "organization",
    value: 1000,
  });
  const { entries } = await listAudit(service.ctx, { actor, owner: organizationOwner(id) });
  expect(entries[0]).toMatchObject({
    subject: "configuration",
    actor: { type: "service", name: "ai-config-service" },
    reason: "Launch",
  });
  await face.deleteOrganizationConfiguration(id, "default");
  expect(await face.getOrganizationConfigurations(id)).toEqual([]);
});

test("the ready-made service connects by the environment on first use, and says which variable it misses", async () => {
  vi.stubEnv("DATABASE_URL", "");
  await expect(aiConfigService.getUserConfigurations("5f0c1a52-1d3c-4a7e-9a43-0d6c8b1f7e11")).rejects.toThrow(
    /DATABASE_URL/,
  );
  await using service = await startService();
  const userId = await service.database.createUser();
  vi.stubEnv("DATABASE_URL", service.database.appUrl);
  vi.stubEnv("AI_CONFIG_ENCRYPTION_KEYS", masterKey());
  await aiConfigService.updateConfiguration(userId, "default", { model: { temperature: 0.2 } });
  expect((await aiConfigService.getEffectiveConfiguration(userId)).configuration.model.temperature).toBe(0.2);
  await closeDefaultServiceContext();
});
