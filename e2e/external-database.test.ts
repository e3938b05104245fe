import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type IncomingMessage, request } from "node:http";
import { type AddressInfo, connect as connectSocket, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createTestDatabase, type TestDatabase } from "@ai-config/db/testing";
import { startFakeAnthropic } from "@ai-config/runtime/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

import { HttpPerson } from "./support/http-person.ts";
import { freePort, launchProduct, startProduct } from "./support/start-product.ts";

const secret = () => randomBytes(32).toString("base64url");
const secrets = { AI_CONFIG_ENCRYPTION_KEYS: secret(), AI_CONFIG_AUTH_SECRET: secret() };
const production = { ...secrets, NODE_ENV: "production", AI_CONFIG_PUBLIC_URL: "https://ai.example.com" };

let dataDirectory: string;
beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), "ai-config-external-"));
});
afterAll(() => rm(dataDirectory, { recursive: true, force: true }));

/** Starts with an external database and waits until the process has ended by itself. */
async function outcomeOf(env: Record<string, string>): Promise<{ code: number | null; output: string }> {
  await using product = await launchProduct({ dataDirectory, env });
  return { code: await product.ended, output: product.output() };
}

test("production serves from a migrated database as a login without power, and invites the first account", async () => {
  await using database = await createTestDatabase();
  await using product = await startProduct({
    dataDirectory,
    env: { ...production, DATABASE_URL: database.appUrl },
  });
  expect(product.output()).toMatch(/https:\/\/ai\.example\.com\/sign-up\?invitation=[\w-]{43}/);
  expect(product.output()).not.toContain("Warning");
  const stranger = new HttpPerson(product.url);
  expect(await stranger.call("GET", "/api/session-options")).toMatchObject({
    body: { signUp: "invitation", hasAccounts: false },
  });
  expect(await product.stop()).toBe(0);
});

test("production needs the address people use", async () => {
  await using database = await createTestDatabase();
  const { AI_CONFIG_PUBLIC_URL: _, ...env } = production;
  const { code, output } = await outcomeOf({ ...env, DATABASE_URL: database.appUrl });
  expect([code, output]).toEqual([78, expect.stringContaining("AI_CONFIG_PUBLIC_URL: Must be set")]);
});

test("a role that could get around row security is refused in production, and warned of elsewhere", async () => {
  await using database = await createTestDatabase();
  const refused = await outcomeOf({ ...production, DATABASE_URL: database.ownerUrl });
  expect(refused.code).toBe(78);
  expect(refused.output).toMatch(/DATABASE_URL: its role is too powerful \(.*superuser.*ai_config_app/);
  await using product = await startProduct({
    dataDirectory,
    env: { ...secrets, DATABASE_URL: database.ownerUrl },
  });
  expect(product.output()).toContain("Warning: DATABASE_URL: its role is too powerful");
});

test.each([
  ["a wrong password", (url: URL) => (url.password = "wrong"), "the database refused the login"],
  ["a database that is not there", (url: URL) => (url.pathname = "/nowhere"), "no such database"],
])("%s is a setting to correct, not an outage", async (_what, change, sentence) => {
  await using database = await createTestDatabase();
  const url = new URL(database.appUrl);
  change(url);
  const { code, output } = await outcomeOf({ ...production, DATABASE_URL: url.href });
  expect([code, output]).toEqual([78, expect.stringContaining(sentence)]);
  expect(output).not.toContain(url.password);
});

test("a database without our schema, or with a part of it, is told how to get it", async () => {
  await using database = await createTestDatabase();
  await database.owner`delete from drizzle.__drizzle_migrations where id > 3`;
  const part = await outcomeOf({ ...production, DATABASE_URL: database.appUrl });
  expect([part.code, part.output]).toEqual([
    78,
    expect.stringMatching(/lacks \d+ of \d+ migrations.*npm run db:migrate/),
  ]);
  for (const schema of ["drizzle", "private", "identity"]) {
    await database.owner.unsafe(`drop schema ${schema} cascade`);
  }
  const none = await outcomeOf({ ...production, DATABASE_URL: database.appUrl });
  expect([none.code, none.output]).toEqual([78, expect.stringMatching(/never migrated.*npm run db:migrate/)]);
});

/** Something that can be away and come back in front of a database. */
async function startDoor(to: URL): Promise<{ url: URL; open(): Promise<void>; close(): Promise<void> }> {
  const port = await freePort();
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  const url = new URL(to);
  url.host = `127.0.0.1:${port}`;
  return {
    url,
    open: async () => {
      server = createServer((socket) => {
        const inner = connectSocket(Number(to.port), to.hostname);
        for (const end of [socket, inner]) {
          sockets.add(end);
          end.on("error", () => {}).on("close", () => sockets.delete(end));
        }
        socket.pipe(inner).pipe(socket);
      }).listen(port, "127.0.0.1");
      await once(server, "listening");
    },
    close: async () => {
      const closed = server && once(server, "close");
      server?.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

test("a database that is away at the start is waited for, and the process says so", async () => {
  await using database = await createTestDatabase();
  const door = await startDoor(new URL(database.appUrl));
  await using product = await launchProduct({
    dataDirectory,
    env: { ...production, DATABASE_URL: door.url.href },
  });
  const person = new HttpPerson(product.url);
  const statusOf = (path: string) =>
    person.call("GET", path).then(
      ({ status }) => status,
      () => 0,
    );
  await expect.poll(() => statusOf("/healthz"), { timeout: 30_000 }).toBe(200);
  const ready = await person.call("GET", "/readyz");
  expect([ready.status, ready.body.reasons]).toEqual([
    503,
    ["The database cannot be reached. Try again in a moment."],
  ]);
  const answer = await person.call("GET", "/api/ai-configuration");
  expect([answer.status, answer.body.error.code]).toEqual([503, "DATABASE_UNAVAILABLE"]);
  expect(answer.headers.get("retry-after")).toBe("2");
  expect(product.output()).toContain("waits. The database cannot be reached.");
  await door.open();
  try {
    await expect.poll(() => statusOf("/readyz"), { timeout: 30_000 }).toBe(200);
    await expect.poll(() => product.output(), { timeout: 30_000 }).toContain("/sign-up?invitation=");
    expect(await statusOf("/api/ai-configuration")).toBe(401);
    expect(await product.stop()).toBe(0);
  } finally {
    await door.close();
  }
});

/** Seals a key with the keys of this file, as somebody who used the product before. */
async function storeKey(database: TestDatabase): Promise<void> {
  await using anthropic = await startFakeAnthropic();
  await using product = await startProduct({
    dataDirectory,
    env: {
      ...secrets,
      DATABASE_URL: database.appUrl,
      AI_CONFIG_SIGN_UP: "open",
      ANTHROPIC_API_BASE_URL: `${anthropic.url}/v1`,
    },
  });
  const dana = new HttpPerson(product.url);
  await dana.signUp("dana@example.com");
  const { status } = await dana.call("POST", "/api/ai-configuration/rotate-key", {
    newPrimaryKey: `sk-ant-api03-${randomBytes(24).toString("base64url")}`,
  });
  expect(status).toBe(200);
}

test.each([
  [
    "a role that is too powerful",
    (database: TestDatabase) => ({ ...production, DATABASE_URL: database.ownerUrl }),
    "its role is too powerful",
  ],
  [
    "keys that do not open what is stored",
    (database: TestDatabase) => ({
      ...production,
      DATABASE_URL: database.appUrl,
      AI_CONFIG_ENCRYPTION_KEYS: secret(),
    }),
    "AI_CONFIG_ENCRYPTION_KEYS",
  ],
])("%s is refused also when the database comes late", async (_what, envOf, sentence) => {
  await using database = await createTestDatabase();
  await storeKey(database);
  const env = envOf(database);
  const door = await startDoor(new URL(env.DATABASE_URL));
  await using product = await launchProduct({ dataDirectory, env: { ...env, DATABASE_URL: door.url.href } });
  await expect.poll(() => product.output(), { timeout: 30_000 }).toContain("waits.");
  await door.open();
  try {
    expect([await product.ended, product.output()]).toEqual([78, expect.stringContaining(sentence)]);
  } finally {
    await door.close();
  }
});

test("a port that is taken is named, with the way to another", async () => {
  await using database = await createTestDatabase();
  const taken = createServer().listen(0, "127.0.0.1");
  try {
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const { code, output } = await outcomeOf({
      ...production,
      DATABASE_URL: database.appUrl,
      PORT: String(port),
    });
    expect([code, output]).toEqual([1, expect.stringContaining(`Port ${port} is already in use. `)]);
  } finally {
    taken.close();
  }
});

test("a process that waits goes down when it is told to", async () => {
  await using product = await launchProduct({
    dataDirectory,
    env: { ...production, DATABASE_URL: `postgres://ai_config_app:x@127.0.0.1:${await freePort()}/nowhere` },
  });
  await expect.poll(() => product.output(), { timeout: 30_000 }).toContain("waits.");
  expect(await product.stop("SIGTERM")).toBe(0);
});

test("a request that is open when the process is told to go down is answered; no new one is taken", async () => {
  await using database = await createTestDatabase();
  await using product = await startProduct({
    dataDirectory,
    env: { ...secrets, DATABASE_URL: database.appUrl, AI_CONFIG_SIGN_UP: "open" },
  });
  const { headers } = await new HttpPerson(product.url).signUp("dana@example.com");
  const cookie = headers.getSetCookie().map((line) => line.split(";", 1)[0]);
  const slow = request(`${product.url}/api/ai-configuration`, {
    method: "PATCH",
    headers: { cookie: cookie.join("; "), "content-type": "application/json", expect: "100-continue" },
  });
  const answered = once(slow, "response");
  slow.flushHeaders();
  // The server is at work on it, and waits for the body.
  await once(slow, "continue");

  const stopped = product.stop("SIGTERM");
  const isTaken = () =>
    fetch(`${product.url}/healthz`, { headers: { connection: "close" } }).then(
      () => true,
      () => false,
    );
  await expect.poll(isTaken, { timeout: 30_000 }).toBe(false);
  slow.end(JSON.stringify({ configName: "default", updates: { model: { temperature: 0.2 } } }));
  const [answer] = (await answered) as [IncomingMessage];
  expect(answer.statusCode).toBe(200);
  answer.resume();
  expect(await stopped).toBe(0);
  const [row] = await database.owner`select configuration from public.ai_configurations`;
  expect(row).toEqual({ configuration: { model: { temperature: 0.2 } } });
});
