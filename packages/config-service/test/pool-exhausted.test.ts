import { asActor, connect, sql } from "@ai-config/db";
import { expect, test } from "vitest";

import { getEffectiveConfiguration, peekEffectiveConfiguration, updateConfiguration } from "../src/index.ts";
import { asUser, startService, userOwner } from "./support/service.ts";

test("while every connection is held by somebody else, known answers are given, others wait for their turn, and readiness tells the truth", async () => {
  await using service = await startService();
  const [dana, kim] = [await service.database.createUser(), await service.database.createUser()];
  const database = connect({
    url: service.database.appUrl,
    maxConnections: 2,
    applicationName: "ai-config test",
  });
  const ctx = await service.another({ database });
  const read = (userId: string) => getEffectiveConfiguration(ctx, { actor: asUser(userId), userId });
  const known = await read(dana);

  // Statements that never end by themselves; the server ends them.
  const holders = [1, 2].map(() =>
    asActor(database, { type: "service", name: "holder" }, (tx) =>
      tx.execute(sql`select pg_sleep(60)`),
    ).catch((error: unknown) => error),
  );
  const held = () => service.database.owner`
    select 1 from pg_stat_activity where datname = current_database() and query like '%pg_sleep(60)%' and state = 'active' and pid <> pg_backend_pid()`;
  await expect.poll(async () => (await held()).length).toBe(2);

  expect(peekEffectiveConfiguration(ctx, { actor: asUser(dana), userId: dana })).toBe(known);
  expect(await read(dana)).toBe(known);
  const waiting = Promise.all(Array.from({ length: 20 }, () => read(kim)));
  const writing = updateConfiguration(ctx, {
    actor: asUser(dana),
    owner: userOwner(dana),
    configName: "default",
    updates: { model: { topP: 0.5 } },
  });
  // The probe has a connection of its own: a busy pool is no outage.
  await database.ping();
  expect((await held()).length).toBe(2);

  // Nobody waits longer than a statement may take.
  for (const outcome of await Promise.all(holders))
    expect(String((outcome as Error).cause)).toContain("statement timeout");
  for (const answer of await waiting) expect(answer).toMatchObject({ stale: false, userId: kim });
  expect(await writing).toMatchObject({ success: true, version: 1 });
  expect((await read(dana)).configuration.model.topP).toBe(0.5);
  await ctx.close();
  await database.close();
});
