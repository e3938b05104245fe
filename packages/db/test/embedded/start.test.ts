import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

import postgres from "postgres";
import { expect, test } from "vitest";

import { startEmbeddedPostgres } from "../../src/embedded/index.ts";
import { ask, scratchFolder } from "./workshop.ts";

test("a fresh start is quick, a second one quicker, and what was written stays", async () => {
  using folder = scratchFolder();
  const before = performance.now();
  const first = await startEmbeddedPostgres({ dataDirectory: folder.path });
  const freshMs = performance.now() - before;
  await ask(first.ownerUrl, "create table kept as select 42 as answer");
  await first.stop();

  const again = performance.now();
  const second = await startEmbeddedPostgres({ dataDirectory: folder.path });
  const secondMs = performance.now() - again;
  try {
    expect(await ask(second.ownerUrl, "select answer from kept")).toEqual({ answer: 42 });
    expect(second.ownerUrl, "the address stays the same").toBe(first.ownerUrl);
  } finally {
    await second.stop();
  }
  console.log(`fresh start ${freshMs.toFixed(0)} ms, second start ${secondMs.toFixed(0)} ms`);
  // Generous: other work may share the machine.
  expect(freshMs).toBeLessThan(20_000);
  expect(secondMs).toBeLessThan(10_000);
});

test("the server is durable, hears only this machine, and sorts the same everywhere", async () => {
  using folder = scratchFolder();
  const server = await startEmbeddedPostgres({ dataDirectory: folder.path });
  try {
    const settings = await ask(
      server.ownerUrl,
      `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as "commit",
         current_setting('listen_addresses') as addresses, current_setting('unix_socket_directories') as sockets,
         current_setting('server_encoding') as encoding, current_setting('timezone') as zone,
         (select datlocprovider::text || ' ' || datlocale from pg_database where datname = current_database()) as locale,
         (select string_agg(word, '' order by word) from unnest(array['b', 'A', 'a', 'B', 'é', 'z']) word) as sorted,
         upper('é') as upper`,
    );
    expect(settings).toEqual({
      fsync: "on",
      commit: "on",
      addresses: "127.0.0.1",
      sockets: "",
      encoding: "UTF8",
      zone: "UTC",
      locale: "b C.UTF-8",
      sorted: "ABabzé",
      upper: "É",
    });
  } finally {
    await server.stop();
  }
});

test("only the right password opens it, and only we can read the passwords", async () => {
  using folder = scratchFolder();
  const server = await startEmbeddedPostgres({ dataDirectory: folder.path, isDurable: false });
  try {
    const wrong = new URL(server.ownerUrl);
    wrong.password = "postgres";
    await expect(ask(wrong.href, "select 1")).rejects.toMatchObject({ code: "28P01" });
    expect(
      await ask(
        server.ownerUrl,
        "select left(rolpassword, 13) as kind from pg_authid where rolname = 'postgres'",
      ),
    ).toEqual({ kind: "SCRAM-SHA-256" });
    for (const name of ["owner-password", "application-password", "owner.json", "port", "postgres.log"]) {
      expect(statSync(join(folder.path, name)).mode & 0o077, name).toBe(0);
    }
    expect(new URL(server.appUrl).password).toBe(
      readFileSync(join(folder.path, "application-password"), "utf8").trim(),
    );
  } finally {
    await server.stop();
  }
});

test("stopping ends open transactions, leaves no trace of running, and may be asked twice", async () => {
  using folder = scratchFolder();
  const server = await startEmbeddedPostgres({ dataDirectory: folder.path, isDurable: false });
  const client = postgres(server.ownerUrl, { max: 1, backoff: () => 0 });
  const open = client.begin(async (tx) => {
    await tx`create table never (id int)`;
    await tx`select pg_sleep(60)`;
  });
  const failed = expect(open).rejects.toBeDefined();
  await new Promise((resolve) => setTimeout(resolve, 100));
  await Promise.all([server.stop(), server.stop()]);
  await failed;
  await client.end({ timeout: 0 });
  expect(existsSync(join(folder.path, "cluster/postmaster.pid"))).toBe(false);
  expect(existsSync(join(folder.path, "owner.json"))).toBe(false);
});

test("a port that is taken is replaced by another, which is then kept", async () => {
  using folder = scratchFolder();
  const neighbour = createServer();
  await new Promise<void>((resolve) => neighbour.listen(0, "127.0.0.1", resolve));
  const { port: taken } = neighbour.address() as { port: number };
  const logs: string[] = [];
  const first = await startEmbeddedPostgres({
    dataDirectory: folder.path,
    port: taken,
    isDurable: false,
    log: (line) => logs.push(line),
  });
  await first.stop();
  expect(first.port).not.toBe(taken);
  expect(logs.join()).toContain(`Port ${taken} is taken`);
  const second = await startEmbeddedPostgres({ dataDirectory: folder.path, isDurable: false });
  await second.stop();
  expect(second.port).toBe(first.port);
  await new Promise((resolve) => neighbour.close(resolve));
  const asked = await startEmbeddedPostgres({ dataDirectory: folder.path, port: taken, isDurable: false });
  await asked.stop();
  expect(asked.port).toBe(taken);
});

test("an interrupted first start leaves nothing that stands in the way", async () => {
  using folder = scratchFolder();
  mkdirSync(join(folder.path, "cluster.unfinished-1/base"), { recursive: true });
  writeFileSync(join(folder.path, "cluster.unfinished-1/PG_VERSION"), "18");
  writeFileSync(join(folder.path, "cluster.unfinished-1.password"), "half a pass");
  const server = await startEmbeddedPostgres({ dataDirectory: folder.path, isDurable: false });
  await server.stop();
  expect(readdirSync(folder.path).filter((name) => name.includes("unfinished"))).toEqual([]);
});
