import { randomUUID } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { connect, migrate } from "@ai-config/db";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "@ai-config/db/embedded";
import { expect, test } from "vitest";

import {
  createServiceContext,
  getEffectiveConfiguration,
  updateConfiguration,
  verifyAudit,
} from "../src/index.ts";
import { asUser, masterKey, userOwner } from "./support/service.ts";

const PEOPLE = 20;
const WRITES = 200;

/**
 * As a power cut does it: no goodbye to clients, nothing written that was not written. What serves a client is killed as
 * well, since it goes on until it next waits for one.
 */
function kill({ dataDirectory }: EmbeddedPostgres, serving: readonly number[]): void {
  const [pid] = readFileSync(join(dataDirectory, "cluster/postmaster.pid"), "utf8").split("\n");
  for (const each of [Number(pid), ...serving]) {
    try {
      process.kill(each, "SIGKILL");
    } catch {
      // It ended with the others.
    }
  }
}

test("a database that is killed and restarted amid 200 writes keeps what was acknowledged, once, with its audit", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ai-config-killed-"));
  chmodSync(folder, 0o711);
  let server = await startEmbeddedPostgres({ dataDirectory: folder });
  const { port } = server;
  await migrate({ url: server.ownerUrl, appPassword: new URL(server.appUrl).password });
  const database = connect({ url: server.appUrl, applicationName: "ai-config test" });
  const powerful = connect({ url: server.ownerUrl, maxConnections: 1 });
  const owner = powerful.db.$client;
  const ctx = await createServiceContext({ database, environment: {}, keyRing: masterKey() });
  try {
    const people = Array.from({ length: PEOPLE }, () => randomUUID());
    for (const id of people)
      await owner`insert into auth.users (id, email) values (${id}, ${`${id}@example.com`})`;

    // Every connection that will write is open.
    await Promise.all(Array.from({ length: 20 }, () => database.db.$client`select pg_sleep(0.05)`));
    const serving = await owner<{ pid: number }[]>`
      select pid from pg_stat_activity where application_name = 'ai-config test'`;
    let acknowledged = 0;
    const write = async (index: number) => {
      const userId = people[index % PEOPLE] ?? "";
      const result = await updateConfiguration(ctx, {
        actor: { ...asUser(userId), requestId: `write-${index}` },
        owner: userOwner(userId),
        configName: `write ${index}`,
        updates: { model: { maxTokens: index + 1 } },
      });
      if (!result.success) throw new Error(JSON.stringify(result.errors));
      acknowledged += 1;
      if (acknowledged === WRITES / 4)
        kill(
          server,
          serving.map(({ pid }) => pid),
        );
    };
    const outcomes = await Promise.allSettled(Array.from({ length: WRITES }, (_, index) => write(index)));
    const refused = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) {
      // In our words, and without the statement.
      expect(reason).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
      expect(String(reason.stack)).not.toMatch(/insert into|update public/);
    }

    await server.stop();
    server = await startEmbeddedPostgres({ dataDirectory: folder, port });
    // The same process goes on by itself.
    await expect
      .poll(
        () =>
          write(WRITES).then(
            () => "written",
            ({ code }) => code,
          ),
        { timeout: 20_000 },
      )
      .toBe("written");

    const rows = await owner<{ config_name: string; max: number; version: number }[]>`
      select config_name, (configuration -> 'model' ->> 'maxTokens')::int as max, version
      from public.ai_configurations order by 1`;
    const stored = new Map(rows.map((row) => [row.config_name, row]));
    outcomes.forEach(({ status }, index) => {
      const row = stored.get(`write ${index}`);
      if (status === "fulfilled") expect([index, row?.version]).toEqual([index, 1]);
      if (row) expect([index, row.max, row.version]).toEqual([index, index + 1, 1]);
    });
    // Every row has the one entry of its making, and no entry is of a row that is not there.
    const entries = await owner<{ config_name: string; request_id: string }[]>`
      select config_name, request_id from public.ai_configuration_audit order by 1`;
    expect(entries.map((entry) => entry.config_name)).toEqual(rows.map((row) => row.config_name));
    for (const entry of entries) expect(entry.request_id).toBe(entry.config_name.replace(" ", "-"));
    for (const userId of people) {
      const whose = { actor: asUser(userId), owner: userOwner(userId) };
      expect(await verifyAudit(ctx, whose)).toMatchObject({ problem: null });
      // What was kept ready for reading is what the rows say.
      const read = () => getEffectiveConfiguration(ctx, { actor: asUser(userId), userId });
      // What was answered while it was away says so, and is asked again within two seconds.
      await expect.poll(async () => (await read()).stale, { timeout: 5_000 }).toBe(false);
      const { configuration } = await read();
      const [expected] = await owner<{ config: { model: { maxTokens: number } } }[]>`
        select private.merge_layers(array(
          select configuration from public.ai_configurations where user_id = ${userId} order by priority, created_at, id
        )) as config`;
      expect(configuration.model.maxTokens).toBe(expected?.config.model.maxTokens);
    }
  } finally {
    await ctx.close();
    await database.close();
    await powerful.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
