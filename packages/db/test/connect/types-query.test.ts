import { once } from "node:events";
import { type AddressInfo, connect as connectTo, createServer } from "node:net";

import { createTestDatabase, type TestDatabase } from "@ai-config/db/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

import { connect, isDatabaseUnavailable, type SqlClient } from "../../src/index.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db?.[Symbol.asyncDispose]());

test.each<[string, (client: SqlClient) => Promise<unknown>]>([
  ["a statement", async (client) => await client`select 1 as one`],
  ["a transaction", (client) => client.begin(async (tx) => await tx`select 1 as one`)],
])("a connection that is lost while the driver reads its types for %s ends no process", async (_, ask) => {
  const target = new URL(db.appUrl);
  let lost = 0;
  const proxy = createServer((client) => {
    const server = connectTo(Number(target.port), target.hostname);
    for (const socket of [client, server]) socket.on("error", () => {});
    server.pipe(client);
    client.on("close", () => server.destroy());
    client.on("data", (bytes) => {
      if (lost > 0 || !bytes.includes("typarray")) return server.write(bytes);
      lost += 1;
      return client.destroy();
    });
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const url = Object.assign(new URL(target), { port: String((proxy.address() as AddressInfo).port) }).href;
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on("unhandledRejection", note);
  const database = connect({ url });
  try {
    // It may be told that the connection was lost, or be asked again over another one.
    await ask(database.db.$client).catch((error) => expect(isDatabaseUnavailable(error)).toBe(true));
    expect(lost).toBe(1);
    expect(await ask(database.db.$client)).toEqual([{ one: 1 }]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
  } finally {
    process.off("unhandledRejection", note);
    await database.close();
    proxy.close();
  }
});
