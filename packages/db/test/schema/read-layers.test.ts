import { randomUUID } from "node:crypto";

import { sql } from "drizzle-orm";
import { expect, test } from "vitest";

import { asActor } from "../../src/as-actor.ts";
import { readLayers, readOrganizationLayers } from "../../src/read-layers.ts";
import { aiConfigurations } from "../../src/schema/ai-configurations.ts";
import { sqlStateOf } from "../../src/sql-state.ts";
import { createTestDatabase } from "../../src/testing/index.ts";

test("one statement reads the user's rows and those of their default organization, weakest first", async () => {
  await using test = await createTestDatabase();
  const userId = await test.createUser();
  const organizationId = await test.createOrganization({ ownerId: userId, name: "Acme" });
  const actor = { type: "user", userId } as const;
  await asActor(test.database, actor, async (tx) => {
    await tx.insert(aiConfigurations).values([
      { userId, configName: "strong", priority: 5, configuration: { model: { temperature: 0.9 } } },
      { userId, configName: "weak", configuration: { model: { temperature: 0.1 } } },
      { organizationId, configuration: { model: { topP: 0.5 } } },
      { userId, configName: "off", isActive: false, configuration: { model: { topP: 0.1 } } },
    ]);
  });
  const snapshot = await readLayers(test.database, actor, { userId });
  expect(snapshot).toMatchObject({ userId, organizationId, organizationName: "Acme", keys: [] });
  expect(snapshot.rows.map((row) => [row.source, row.configName])).toEqual([
    ["organization", "default"],
    ["user", "weak"],
    ["user", "strong"],
  ]);
  expect(snapshot.rows[0]).toMatchObject({
    version: 1,
    updatedBy: userId,
    configuration: { model: { topP: 0.5 } },
  });
  expect(await readLayers(test.database, { type: "service", name: "worker" }, { userId })).toEqual(snapshot);
  const organization = await readOrganizationLayers(test.database, actor, organizationId);
  expect(organization.rows).toEqual(snapshot.rows.slice(0, 1));
});

test("another user's layers and another organization's are refused", async () => {
  await using test = await createTestDatabase();
  const [userId, other] = [await test.createUser(), await test.createUser()];
  const organizationId = await test.createOrganization({ ownerId: other });
  const actor = { type: "user", userId } as const;
  const attempts = [
    () => readLayers(test.database, actor, { userId: other }),
    () => readLayers(test.database, actor, { userId, organizationId }),
    () => readOrganizationLayers(test.database, actor, organizationId),
  ];
  for (const attempt of attempts) expect(sqlStateOf(await attempt().catch((error) => error))).toBe("42501");
});

test("an account that does not exist is told from one that has stored nothing", async () => {
  await using test = await createTestDatabase();
  const [fresh, deleted, nobody] = [await test.createUser(), await test.createUser(), randomUUID()];
  const read = (userId: string) => readLayers(test.database, { type: "user", userId }, { userId });
  const nothing = { organizationId: null, rows: [], keys: [], policy: null };
  expect(await read(fresh)).toMatchObject({ ...nothing, isUnknownAccount: false });
  expect(await read(nobody)).toMatchObject({ ...nothing, isUnknownAccount: true });
  await test.createOrganization({ ownerId: deleted });
  expect(await read(deleted)).toMatchObject({ isUnknownAccount: false });
  await test.owner`delete from auth.users where id = ${deleted}`;
  expect(await read(deleted)).toMatchObject({ ...nothing, isUnknownAccount: true });
});

test("after the read nothing of the actor stays on the connection", async () => {
  await using test = await createTestDatabase();
  const userId = await test.createUser();
  await readLayers(test.database, { type: "user", userId }, { userId });
  const [left] = await test.database.db.execute(sql`
    select current_user::text as role, coalesce(current_setting('request.jwt.claims', true), '') as claims`);
  expect(left).toEqual({ role: "ai_config_app", claims: "" });
});
