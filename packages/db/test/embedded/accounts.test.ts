import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { startEmbeddedPostgres } from "../../src/embedded/index.ts";
import { ask, copyProduct, giveTo, isRoot, nobody, scratchFolder, startChild } from "./workshop.ts";

const homeOf = (dataDirectory: string) =>
  join("/var/lib/ai-config", createHash("sha256").update(dataDirectory).digest("hex").slice(0, 16));

test("an ordinary user keeps everything in the data directory", async () => {
  using folder = scratchFolder(0o755);
  const { home, node } = copyProduct(folder.path, 0o755);
  if (isRoot) giveTo(folder.path, nobody);
  const dataDirectory = join(folder.path, "data");
  await using child = startChild(dataDirectory, { home, node, ...(isRoot && { account: nobody }) });
  expect(await ask(await child.ownerUrl, "select 1 as one")).toEqual({ one: 1 });
  expect(existsSync(join(dataDirectory, "cluster/PG_VERSION"))).toBe(true);
  expect(statSync(dataDirectory).mode & 0o077).toBe(0);
  expect(child.logs).toEqual([]);
});

if (isRoot) {
  test("under root another account runs the server, in the data directory where it can", async () => {
    using folder = scratchFolder();
    const server = await startEmbeddedPostgres({ dataDirectory: folder.path, isDurable: false });
    const pid = readFileSync(join(folder.path, "cluster/postmaster.pid"), "utf8").split("\n")[0];
    expect(statSync(`/proc/${pid}`).uid).not.toBe(0);
    expect(existsSync(join(folder.path, "cluster-location.txt"))).toBe(false);
    await server.stop();
  });

  test("programs and data that only root can reach work all the same, and stay where they were put", async () => {
    using folder = scratchFolder(0o700);
    const { home, node } = copyProduct(folder.path, 0o700);
    const dataDirectory = join(folder.path, "data");
    const elsewhere = homeOf(join(realpathSync(folder.path), "data"));
    try {
      const first = startChild(dataDirectory, { home, node });
      await ask(await first.ownerUrl, "create table kept as select 1 as one");
      expect(first.logs.join("\n")).toContain(`the database is kept in ${elsewhere}`);
      expect(readFileSync(join(dataDirectory, "cluster-location.txt"), "utf8").split("\n")[0]).toBe(
        elsewhere,
      );
      await first.stop();

      await using second = startChild(dataDirectory, { home, node });
      expect(await ask(await second.ownerUrl, "select one from kept")).toEqual({ one: 1 });
      expect(second.logs).toEqual([]);
      await second.stop();

      // The folder is deleted and made again: its new database starts empty, the old one is left alone.
      rmSync(dataDirectory, { recursive: true });
      await using third = startChild(dataDirectory, { home, node });
      await expect(ask(await third.ownerUrl, "select one from kept")).rejects.toMatchObject({
        code: "42P01",
      });
      expect(existsSync(join(elsewhere, "cluster/PG_VERSION"))).toBe(true);
      await third.stop();
    } finally {
      for (const suffix of ["", "-2"]) rmSync(elsewhere + suffix, { recursive: true, force: true });
    }
  });

  test("data that an ordinary user made can be started by root, and the other way round is explained", async () => {
    using folder = scratchFolder(0o755);
    const { home, node } = copyProduct(folder.path, 0o755);
    giveTo(folder.path, nobody);
    const dataDirectory = join(folder.path, "data");
    const first = startChild(dataDirectory, { home, node, account: nobody });
    await ask(await first.ownerUrl, "create table kept as select 1 as one");
    await first.stop();
    await using asRoot = startChild(dataDirectory, { home, node });
    expect(await ask(await asRoot.ownerUrl, "select one from kept")).toEqual({ one: 1 });
    await asRoot.stop();

    using rootFolder = scratchFolder();
    const rootServer = await startEmbeddedPostgres({ dataDirectory: rootFolder.path, isDurable: false });
    await rootServer.stop();
    await expect(startChild(rootFolder.path, { home, node, account: nobody }).ownerUrl).rejects.toThrow(
      "this account may not write there",
    );
  });
}
