import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { AVAILABLE_MODELS, parseCatalogueFile } from "@ai-config/config-core";
import { afterEach, expect, test } from "vitest";

import {
  getEffectiveConfiguration,
  getLifecycleReport,
  getOwnLifecycleReport,
  readCatalogueFile,
  setPolicy,
  updateConfiguration,
} from "../src/index.ts";
import { asUser, organizationOwner, startService, userOwner } from "./support/service.ts";

const now = () => new Date("2026-11-23T12:00:00Z");
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function fileWith(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), "ai-config-catalogue-"));
  folders.push(folder);
  const path = join(folder, "catalogue.json");
  writeFileSync(path, text);
  return path;
}

test("an organization's report counts its members on a model that retires, for its owners and admins", async () => {
  await using service = await startService({ now });
  const { ctx, database } = service;
  const [owner, first, second, third] = await Promise.all(
    Array.from({ length: 4 }, () => database.createUser()),
  );
  const organizationId = await database.createOrganization({ ownerId: owner as string });
  for (const member of [first, second, third])
    await database.addMember(organizationId, member as string, "member");
  const choose = (userId: string, model: string) =>
    updateConfiguration(ctx, {
      actor: asUser(userId),
      owner: userOwner(userId),
      configName: "default",
      updates: { model: { model } },
    });
  expect(await choose(first as string, "claude-opus-5-5")).toMatchObject({ success: true });

  const report = await getLifecycleReport(ctx, { actor: asUser(owner as string), organizationId });
  expect(report.models).toMatchObject([
    { model: "claude-sonnet-4-5-20250929", people: 3, status: { state: "deprecated", daysLeft: 7 } },
  ]);
  const people = report.configurations.map(({ ref }) => (ref.type === "user" ? ref.userId : ref.type));
  expect(people.sort()).toEqual(["organization", owner, second, third].sort());
  await expect(
    getLifecycleReport(ctx, { actor: asUser(second as string), organizationId }),
  ).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
  const stranger = asUser(await database.createUser());
  await expect(getLifecycleReport(ctx, { actor: stranger, organizationId })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
  const own = await getOwnLifecycleReport(ctx, { actor: asUser(first as string), userId: first as string });
  expect(own.models).toEqual([]);
});

test("a policy that forbids the replacement is told in time, to its members and to its owners", async () => {
  await using service = await startService({ now });
  const { ctx, database } = service;
  const userId = await database.createUser();
  const actor = asUser(userId);
  const organizationId = await database.createOrganization({ ownerId: userId });
  const policy = { allowedModels: ["claude-sonnet-4-5-20250929"] };
  expect(await setPolicy(ctx, { actor, organizationId, policy })).toMatchObject({ success: true });
  const { warnings } = await getEffectiveConfiguration(ctx, { actor, userId, organizationId });
  expect(warnings[0]?.message).toMatch(/Calls fail from then on: Claude Sonnet 5\.5, .+ is not allowed\.$/);
  const { models } = await getLifecycleReport(ctx, { actor, organizationId });
  expect(models).toMatchObject([{ model: "claude-sonnet-4-5-20250929", replacement: null }]);
});

test("what has no effect is told with the configuration and with every change of it, and blocks nothing", async () => {
  await using service = await startService({ now });
  const { ctx, database } = service;
  const userId = await database.createUser();
  const actor = asUser(userId);
  const changed = await updateConfiguration(ctx, {
    actor,
    owner: userOwner(userId),
    configName: "default",
    updates: { model: { model: "claude-opus-5-5", thinking: "off" } },
  });
  if (!changed.success) throw new Error(JSON.stringify(changed.errors));
  expect(changed.effective.warnings.map(({ path }) => path)).toContain("model.thinking");
  const { warnings } = await getEffectiveConfiguration(ctx, { actor, userId });
  expect(warnings).toEqual(changed.effective.warnings);
});

test("a stored model that is unknown is read, shown and flagged", async () => {
  await using service = await startService({ now });
  const { ctx, database } = service;
  const userId = await database.createUser();
  await database.owner`insert into public.ai_configurations (user_id, configuration)
    values (${userId}, '{"model":{"model":"claude-99"}}')`;
  const { configuration, problems, warnings } = await getEffectiveConfiguration(ctx, {
    actor: asUser(userId),
    userId,
  });
  expect(configuration.model.model).toBe("claude-99");
  expect(configuration.capabilities).toBeUndefined();
  expect(problems).toMatchObject([{ path: "model.model", code: "unknown_model" }]);
  expect(warnings[0]).toMatchObject({ path: "model.model", code: "model_unknown" });
});

test("an operator's file decides which models a configuration may name, and what they cost", async () => {
  const {
    costPer1kInputTokens: _in,
    costPer1kOutputTokens: _out,
    ...entry
  } = AVAILABLE_MODELS["claude-opus-5-5"] ?? {};
  const path = fileWith(JSON.stringify({ models: [{ ...entry, id: "claude-opus-9", aliases: [] }] }));
  await using service = await startService({ now, catalogue: readCatalogueFile(path) });
  const { ctx, database } = service;
  const organizationId = await database.createOrganization({ ownerId: await database.createUser() });
  const change = {
    owner: organizationOwner(organizationId),
    configName: "default",
    updates: { model: { model: "claude-opus-9" } },
  };
  expect(
    await updateConfiguration(ctx, { actor: { type: "service", name: "test" }, ...change }),
  ).toMatchObject({ success: true });
});

test.each([
  ["{", /not JSON/],
  ['{"models":[{"id":"claude-opus-5-5","outputLimit":-1}]}', /models\.0\.outputLimit: Must be 1 or more\./],
])("the file %j is refused by the name of its variable", (text, message) => {
  const read = () => readCatalogueFile(fileWith(text));
  expect(read).toThrow(/^AI_CONFIG_CATALOGUE: /);
  expect(read).toThrow(message);
});

test("a file that is not there is refused", () => {
  expect(() => readCatalogueFile(join(tmpdir(), "ai-config-no-such-file.json"))).toThrow(
    /cannot be read \(ENOENT\)/,
  );
});

test("the catalogue the product ships with is one an operator could have written", () => {
  expect(parseCatalogueFile({})).toMatchObject({ success: true, data: { models: AVAILABLE_MODELS } });
});
