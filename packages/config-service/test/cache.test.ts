import { randomUUID } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, connect as connectSocket, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { connect, migrate } from "@ai-config/db";
import { startEmbeddedPostgres } from "@ai-config/db/embedded";
import fc from "fast-check";
import { expect, test } from "vitest";

import {
  createServiceContext,
  getEffectiveConfiguration,
  peekEffectiveConfiguration,
  removeMember,
  updateConfiguration,
} from "../src/index.ts";
import { asUser, masterKey, organizationOwner, startService, userOwner } from "./support/service.ts";

const configName = "default";
const change = (temperature: number) => ({ configName, updates: { model: { temperature } } });

test("a second read gives the same frozen answer, and peek gives it without waiting", async () => {
  await using service = await startService();
  const userId = await service.database.createUser();
  const input = { actor: asUser(userId), userId };
  expect(peekEffectiveConfiguration(service.ctx, input)).toBeUndefined();
  const first = await getEffectiveConfiguration(service.ctx, input);
  expect(await getEffectiveConfiguration(service.ctx, input)).toBe(first);
  expect(peekEffectiveConfiguration(service.ctx, input)).toBe(first);
  for (const value of [
    first,
    first.configuration,
    first.configuration.model,
    first.sources,
    first.versions,
    first.problems,
  ]) {
    expect(Object.isFrozen(value)).toBe(true);
  }
});

test("nobody reads another account's entry from the cache; a service may", async () => {
  await using service = await startService();
  const [userId, otherId] = [await service.database.createUser(), await service.database.createUser()];
  const own = await getEffectiveConfiguration(service.ctx, { actor: asUser(userId), userId });
  await expect(
    getEffectiveConfiguration(service.ctx, { actor: asUser(otherId), userId }),
  ).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(peekEffectiveConfiguration(service.ctx, { actor: asUser(otherId), userId })).toBeUndefined();
  const actor = { type: "service", name: "worker" } as const;
  expect(await getEffectiveConfiguration(service.ctx, { actor, userId })).toBe(own);
});

test("a change made by one process is read by another within a second", async () => {
  await using service = await startService();
  const other = await service.another();
  const userId = await service.database.createUser();
  const organizationId = await service.database.createOrganization({ ownerId: userId });
  const input = { actor: asUser(userId), userId };
  const temperature = async () =>
    (await getEffectiveConfiguration(other, input)).configuration.model.temperature;
  expect(await temperature()).toBe(0.7);

  await updateConfiguration(service.ctx, {
    ...input,
    owner: organizationOwner(organizationId),
    ...change(0.2),
  });
  await expect.poll(temperature, { timeout: 1_000, interval: 10 }).toBe(0.2);
  await updateConfiguration(service.ctx, { ...input, owner: userOwner(userId), ...change(0.4) });
  await expect.poll(temperature, { timeout: 1_000, interval: 10 }).toBe(0.4);
});

test("a removed member loses the organization's values everywhere", async () => {
  await using service = await startService();
  const other = await service.another();
  const [ownerId, memberId] = [await service.database.createUser(), await service.database.createUser()];
  const organizationId = await service.database.createOrganization({ ownerId });
  await service.database.addMember(organizationId, memberId, "member");
  await updateConfiguration(service.ctx, {
    actor: asUser(ownerId),
    owner: organizationOwner(organizationId),
    ...change(0.2),
  });
  const input = { actor: asUser(memberId), userId: memberId };
  expect((await getEffectiveConfiguration(other, input)).configuration.model.temperature).toBe(0.2);
  expect((await getEffectiveConfiguration(other, { ...input, organizationId })).organizationId).toBe(
    organizationId,
  );

  await removeMember(service.ctx, { actor: asUser(ownerId), organizationId, userId: memberId });
  await expect
    .poll(async () => (await getEffectiveConfiguration(other, input)).organizationId, {
      timeout: 1_000,
      interval: 10,
    })
    .toBeNull();
  await expect(getEffectiveConfiguration(other, { ...input, organizationId })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
});

test("an account that is deleted is unknown everywhere within a second, also one that had stored nothing", async () => {
  await using service = await startService();
  const other = await service.another();
  const userId = await service.database.createUser();
  const read = async () =>
    (await getEffectiveConfiguration(other, { actor: asUser(userId), userId })).isUnknownAccount;
  expect(await read()).toBe(false);
  await service.database.owner`delete from auth.users where id = ${userId}`;
  await expect.poll(read, { timeout: 1_000 }).toBe(true);
  // Its plain configuration goes on being what applies to nobody in particular.
  const input = { actor: asUser(userId), userId };
  expect(await getEffectiveConfiguration(other, input)).toMatchObject({ versions: {}, stale: false });
});

test("whatever is missed while the listener is away is read after it is back", async () => {
  await using service = await startService();
  const userId = await service.database.createUser();
  const input = { actor: asUser(userId), userId };
  await getEffectiveConfiguration(service.ctx, input);
  const { owner } = service.database;
  await owner`
    insert into public.ai_configurations (user_id, configuration) values (${userId}, '{"model":{"temperature":0.6}}')`;
  await owner`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and application_name like '%listener'`;
  await expect
    .poll(async () => (await getEffectiveConfiguration(service.ctx, input)).configuration.model.temperature, {
      timeout: 5_000,
    })
    .toBe(0.6);
});

test("while changes cannot be heard an answer is kept for two seconds, not for five minutes", async () => {
  await using service = await startService();
  const wire = await startWire(new URL(service.database.appUrl));
  const database = connect({ url: service.database.appUrl, directUrl: wire.url });
  const clock = { ms: 1_000 };
  const warnings: string[] = [];
  const deaf = await createServiceContext({
    database,
    environment: {},
    keyRing: service.keyRing,
    cache: { now: () => clock.ms },
    log: (_level, message) => warnings.push(message),
  });
  try {
    const userId = await service.database.createUser();
    const input = { actor: asUser(userId), userId };
    const temperature = async () =>
      (await getEffectiveConfiguration(deaf, input)).configuration.model.temperature;
    expect(await temperature()).toBe(0.7);
    await wire.cut();
    await expect.poll(() => warnings.join(), { timeout: 5_000 }).toMatch(/hears of changes was lost/);
    expect(await temperature()).toBe(0.7);
    await updateConfiguration(service.ctx, { ...input, owner: userOwner(userId), ...change(0.33) });
    clock.ms += 2_001;
    expect(await temperature()).toBe(0.33);
  } finally {
    await deaf.close();
    await database.close();
    await wire.cut();
  }
});

/** A way to the database that can be cut while other ways stay open. */
async function startWire(target: URL): Promise<{ url: string; cut(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connectSocket(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(target);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: url.href,
    cut: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

test("of many accounts read and changed at once nobody ever gets another's values", async () => {
  await using service = await startService({ cache: { maxEntries: 5 } });
  const other = await service.another();
  const users = await Promise.all(Array.from({ length: 12 }, () => service.database.createUser()));
  for (const [index, userId] of users.entries()) {
    const updates = { rateLimiting: { requestsPerMinute: 100 + index } };
    await updateConfiguration(service.ctx, {
      actor: asUser(userId),
      owner: userOwner(userId),
      configName: "mark",
      updates,
    });
  }
  const step = fc.record({
    user: fc.nat({ max: users.length - 1 }),
    writes: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
    first: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      await Promise.all(
        steps.map(async ({ user, writes, first }, position) => {
          const userId = users[user] ?? "";
          const [ctx, actor] = [first ? service.ctx : other, asUser(userId)];
          if (writes)
            await updateConfiguration(ctx, {
              actor,
              owner: userOwner(userId),
              ...change((position % 10) / 10),
            });
          const effective = await getEffectiveConfiguration(ctx, { actor, userId });
          expect(effective.userId).toBe(userId);
          expect(effective.configuration.rateLimiting.requestsPerMinute).toBe(100 + user);
        }),
      );
    }),
    { numRuns: 40 },
  );
});

test("while the database is away the last good answer is given and flagged, and a fresh one after its return", async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), "ai-config-away-"));
  chmodSync(dataDirectory, 0o711);
  let server = await startEmbeddedPostgres({ dataDirectory, isDurable: false });
  try {
    const appPassword = decodeURIComponent(new URL(server.appUrl).password);
    await migrate({ url: server.ownerUrl, appPassword });
    const database = connect({ url: server.appUrl });
    const clock = { ms: 1_000 };
    const ctx = await createServiceContext({
      database,
      environment: { ANTHROPIC_TEMPERATURE: "0.3" },
      keyRing: masterKey(),
      cache: { now: () => clock.ms },
    });
    const owner = connect({ url: server.ownerUrl });
    const userId = randomUUID();
    await owner.db.$client`insert into auth.users (id, email) values (${userId}, 'a@example.com')`;
    await owner.close();
    const input = { actor: asUser(userId), userId };
    await updateConfiguration(ctx, { ...input, owner: userOwner(userId), ...change(0.9) });
    const fresh = await getEffectiveConfiguration(ctx, input);
    expect(fresh).toMatchObject({ stale: false });

    await server.stop();
    clock.ms += 6 * 60_000;
    const stale = await getEffectiveConfiguration(ctx, input);
    expect(stale).toMatchObject({
      stale: true,
      staleReason: "database_unavailable",
      configuration: { model: { temperature: 0.9 } },
    });
    expect(stale.etag).not.toBe(fresh.etag);
    const unknownId = randomUUID();
    expect(
      await getEffectiveConfiguration(ctx, { actor: asUser(unknownId), userId: unknownId }),
    ).toMatchObject({
      stale: true,
      configuration: { model: { temperature: 0.3 } },
    });
    await expect(
      updateConfiguration(ctx, { ...input, owner: userOwner(userId), ...change(0.1) }),
    ).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });

    server = await startEmbeddedPostgres({ dataDirectory, isDurable: false, port: server.port });
    clock.ms += 2_100;
    await expect
      .poll(async () => (await getEffectiveConfiguration(ctx, input)).stale, { timeout: 10_000 })
      .toBe(false);
    await ctx.close();
    await database.close();
  } finally {
    await server.stop();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
});
