import { createServer, connect as dial, type Socket } from "node:net";

import { expect, test } from "vitest";

import { startListening } from "../../src/listen.ts";
import { createTestDatabase } from "../../src/testing/index.ts";

test("what is announced is heard, and after an interruption the listener is told before it hears more", async () => {
  await using scratch = await createTestDatabase();
  const heard: string[] = [];
  const listener = await scratch.database.listen(
    "ai_config_changed",
    (payload) => heard.push(payload),
    () => heard.push("ready"),
  );
  const announce = (payload: string) => scratch.owner.notify("ai_config_changed", payload);
  await announce("one");
  await expect.poll(() => heard).toEqual(["ready", "one"]);
  for (const payload of ["two", "three"]) {
    heard.length = 0;
    const ended = await scratch.owner`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name like '% listener'`;
    expect(ended).toHaveLength(1);
    await expect.poll(() => heard, { timeout: 5_000 }).toEqual(["ready"]);
    await announce(payload);
    await expect.poll(() => heard).toEqual(["ready", payload]);
  }
  await listener.close();
  heard.length = 0;
  await announce("unheard");
  expect(heard).toEqual([]);
});

test("a server that is away at first, and away again later, is listened to as soon as it is back", async () => {
  await using scratch = await createTestDatabase();
  using door = await openDoor(new URL(scratch.ownerUrl));
  door.shut();
  const heard: string[] = [];
  const options = {
    url: door.url,
    applicationName: "test",
    channel: "away",
    onMessage: (payload: string) => void heard.push(payload),
    onReady: () => void heard.push("ready"),
  };
  const listener = await startListening(options);
  expect(heard).toEqual([]);
  for (const payload of ["first", "second"]) {
    await door.open();
    await expect.poll(() => heard, { timeout: 10_000 }).toEqual(["ready"]);
    await scratch.owner.notify("away", payload);
    await expect.poll(() => heard).toEqual(["ready", payload]);
    heard.length = 0;
    door.shut();
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  await listener.close();
});

test("a connection that went silent without a word is noticed and replaced", async () => {
  await using scratch = await createTestDatabase();
  using door = await openDoor(new URL(scratch.ownerUrl));
  let timesReady = 0;
  const listener = await startListening({
    url: door.url,
    applicationName: "test",
    channel: "silent",
    onMessage: () => {},
    onReady: () => timesReady++,
    heartbeatMs: 100,
  });
  expect(timesReady).toBe(1);
  door.freeze();
  await expect.poll(() => timesReady, { timeout: 15_000 }).toBe(2);
  await listener.close();
});

/** A way to the server that can be shut, opened again, and frozen: connections stay and carry nothing. */
async function openDoor(target: URL) {
  const sockets = new Set<Socket>();
  const server = createServer((inner) => {
    const outer = dial(Number(target.port), target.hostname);
    for (const socket of [inner, outer]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => sockets.delete(socket));
    }
    inner.pipe(outer).pipe(inner);
  });
  const listenOn = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  await listenOn(0);
  const { port } = server.address() as { port: number };
  const url = new URL(target);
  url.port = String(port);
  const shut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    open: () => listenOn(port),
    shut,
    freeze: () => {
      for (const socket of sockets) socket.unpipe().pause();
    },
    [Symbol.dispose]: shut,
  };
}
