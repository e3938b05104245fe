import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

import { createClient } from "@redis/client";

import type { SendCommand } from "../../src/admission/redis/run-script.ts";
import { findRedisServer } from "./find-redis-server.ts";

export interface TestRedis {
  /** Where it listens. */
  readonly socket: string;
  /** A connection of its own, as another process has one. */
  connect(): Promise<SendCommand>;
  stop(): Promise<void>;
}

/** Whether there is a server to start on this machine. */
export function hasRedis(): boolean {
  return findRedisServer() !== undefined;
}

/** Starts a server that keeps nothing and listens on a socket in a folder of its own, and where it is told on a port. */
export async function startRedis({ port = 0 } = {}): Promise<TestRedis> {
  const program = findRedisServer();
  if (program === undefined) throw new Error("There is no redis-server or valkey-server on the PATH.");
  const folder = mkdtempSync(join(tmpdir(), "ai-config-redis-"));
  const socket = join(folder, "redis.sock");
  const settings = [
    "--bind",
    "127.0.0.1",
    "--port",
    String(port),
    "--unixsocket",
    socket,
    "--save",
    "",
    "--appendonly",
    "no",
    "--dir",
    folder,
  ];
  const server = spawn(program, settings, { stdio: "ignore" });
  const ended = once(server, "exit");
  const clients: { destroy(): void }[] = [];

  async function connect(): Promise<SendCommand> {
    const client = createClient({ socket: { path: socket, tls: false, reconnectStrategy: false } });
    client.on("error", () => {});
    await client.connect();
    clients.push(client);
    return (command) => client.sendCommand(command);
  }

  async function stop(): Promise<void> {
    for (const client of clients) client.destroy();
    server.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }

  for (;;) {
    try {
      await connect();
      return { socket, connect, stop };
    } catch (error) {
      if (server.exitCode !== null) throw error;
      await wait(20);
    }
  }
}
