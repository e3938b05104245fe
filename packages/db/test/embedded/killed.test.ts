import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { startEmbeddedPostgres } from "../../src/embedded/index.ts";
import { isAlive } from "../../src/embedded/process-identity.ts";
import { ask, giveTo, isRoot, scratchFolder, startChild } from "./workshop.ts";

const postmasterPid = (folder: string) =>
  Number(readFileSync(join(folder, "cluster/postmaster.pid"), "utf8").split("\n")[0]);

test("a second process on live data is refused, told whom to stop, and disturbs nothing", async () => {
  using folder = scratchFolder();
  await using first = startChild(folder.path);
  const url = await first.ownerUrl;
  await expect(startChild(folder.path).ownerUrl).rejects.toMatchObject({
    name: "EmbeddedPostgresError",
    message: expect.stringMatching(new RegExp(`process ${first.pid} runs it.*kill ${first.pid}`)),
  });
  expect(await ask(url, "select 1 as one")).toEqual({ one: 1 });
  await first.stop();
  const own = await startEmbeddedPostgres({ dataDirectory: folder.path, isDurable: false });
  await expect(startEmbeddedPostgres({ dataDirectory: folder.path })).rejects.toThrow(
    "this process already runs it",
  );
  await own.stop();
});

test("of several processes that start at the same moment exactly one gets the data", async () => {
  using folder = scratchFolder();
  const children = Array.from({ length: 4 }, () => startChild(folder.path));
  const results = await Promise.allSettled(children.map((child) => child.ownerUrl));
  const refusals = results.filter((result) => result.status === "rejected").map(({ reason }) => reason.name);
  await Promise.all(children.map((child) => child[Symbol.asyncDispose]()));
  expect(refusals).toEqual(["EmbeddedPostgresError", "EmbeddedPostgresError", "EmbeddedPostgresError"]);
});

test("a server that outlived its killed process is stopped in order, and its data is whole", async () => {
  using folder = scratchFolder();
  const killed = startChild(folder.path);
  await ask(await killed.ownerUrl, "create table kept as select generate_series(1, 1000) as number");
  const orphan = postmasterPid(folder.path);
  await killed.kill("SIGKILL");
  expect(isAlive(orphan)).toBe(true);

  await using next = startChild(folder.path);
  expect(await ask(await next.ownerUrl, "select sum(number)::int as sum from kept")).toEqual({
    sum: 500_500,
  });
  expect(isAlive(orphan)).toBe(false);
  expect(next.logs.join()).toContain(`process ${orphan}`);
  expect(readFileSync(join(folder.path, "postgres.log"), "utf8")).toContain("database system is shut down");
});

test("after both were killed the next start recovers", async () => {
  using folder = scratchFolder();
  const killed = startChild(folder.path);
  await ask(await killed.ownerUrl, "create table kept as select 1 as one");
  const server = postmasterPid(folder.path);
  await killed.kill("SIGKILL");
  process.kill(server, "SIGKILL");
  expect(existsSync(join(folder.path, "cluster/postmaster.pid"))).toBe(true);
  await using next = startChild(folder.path);
  expect(await ask(await next.ownerUrl, "select one from kept")).toEqual({ one: 1 });
});

test("when the server alone was killed, the process says so, stops without error, and starts again", async () => {
  using folder = scratchFolder();
  const logs: string[] = [];
  const log = (line: string) => logs.push(line);
  const server = await startEmbeddedPostgres({ dataDirectory: folder.path, isDurable: false, log });
  process.kill(postmasterPid(folder.path), "SIGKILL");
  await expect.poll(() => logs.join()).toContain("ended unexpectedly (exit SIGKILL)");
  await server.stop();
  const next = await startEmbeddedPostgres({ dataDirectory: folder.path, isDurable: false });
  expect(await ask(next.ownerUrl, "select 1 as one")).toEqual({ one: 1 });
  await next.stop();
});

test("numbers of dead processes that went to others are not mistaken for them", async () => {
  using folder = scratchFolder();
  const first = await startEmbeddedPostgres({ dataDirectory: folder.path, isDurable: false });
  const pidFile = readFileSync(join(folder.path, "cluster/postmaster.pid"), "utf8");
  await first.stop();
  // A stranger under the server's account, as PostgreSQL would count nobody else's process.
  const account = isRoot ? { uid: accountNumber("-u"), gid: accountNumber("-g") } : {};
  const stranger = spawn("sleep", ["600"], { stdio: "ignore", ...account });
  try {
    const stale = join(folder.path, "cluster/postmaster.pid");
    writeFileSync(stale, pidFile.replace(/^\d+/, String(stranger.pid)), { mode: 0o600 });
    if (account.uid !== undefined) giveTo(stale, account);
    writeFileSync(
      join(folder.path, "owner.json"),
      JSON.stringify({ pid: stranger.pid, startedAt: "long ago" }),
    );
    const next = await startEmbeddedPostgres({ dataDirectory: folder.path, isDurable: false });
    expect(await ask(next.ownerUrl, "select 1 as one")).toEqual({ one: 1 });
    await next.stop();
    expect(isAlive(stranger.pid as number)).toBe(true);
  } finally {
    stranger.kill();
  }
});

test("an owner that died and was never collected by its parent counts as dead", async () => {
  using folder = scratchFolder();
  // The shell's child dies at once; the program that takes the shell's place never asks after it.
  const negligent = spawn("sh", ["-c", "sleep 0.01 & echo $!; exec sleep 600"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = (await once(negligent.stdout, "data")) as [Buffer];
  const dead = Number(line);
  try {
    await expect.poll(() => isAlive(dead)).toBe(false);
    writeFileSync(join(folder.path, "owner.json"), JSON.stringify({ pid: dead, startedAt: "" }));
    const server = await startEmbeddedPostgres({ dataDirectory: folder.path, isDurable: false });
    await server.stop();
  } finally {
    negligent.kill();
  }
});

test("a note of an owner that was cut short does not stand in the way", async () => {
  using folder = scratchFolder();
  writeFileSync(join(folder.path, "owner.json"), '{ "pid": 12');
  const server = await startEmbeddedPostgres({ dataDirectory: folder.path, isDurable: false });
  await server.stop();
});

test("Ctrl-C in the terminal reaches the process and not its server", async () => {
  using folder = scratchFolder();
  await using child = startChild(folder.path);
  const url = await child.ownerUrl;
  // What a terminal does: the signal goes to the whole process group.
  process.kill(-child.pid, "SIGINT");
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(await ask(url, "select 1 as one")).toEqual({ one: 1 });
  const server = postmasterPid(folder.path);
  await child.stop();
  expect(isAlive(server)).toBe(false);
});

function accountNumber(flag: "-u" | "-g"): number {
  return Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
}
