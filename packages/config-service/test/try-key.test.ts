import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

import { Secret } from "@ai-config/config-core";
import { expect, test } from "vitest";

import {
  getEffectiveConfiguration,
  listKeys,
  openApiKey,
  rotateApiKey,
  verifyPendingKeys,
} from "../src/index.ts";
import { tryKey } from "../src/keys/try-key.ts";
import { anthropicAnswering, asUser, providerKey, startService, userOwner } from "./support/service.ts";

/** Anthropic over real HTTP, behaving in some way. */
async function upstream(answer: RequestListener) {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const key = () => new Secret(providerKey());

test.each([
  [200, "accepted"],
  [401, "refused"],
  [403, "refused"],
  [404, "unknown"],
  [429, "unknown"],
  [500, "unknown"],
  [529, "unknown"],
])("an answer %i means that the key is %s", async (status, verdict) => {
  await using anthropic = await upstream((_request, response) => {
    response.writeHead(status).end("{}");
  });
  expect(await tryKey(fetch, anthropic.url, key())).toBe(verdict);
});

test("who never answers is given up on, and the key is neither good nor bad", async () => {
  const asked = Promise.withResolvers<void>();
  await using anthropic = await upstream(() => asked.resolve());
  const verdict = tryKey(fetch, anthropic.url, key(), 200);
  await asked.promise;
  expect(await verdict).toBe("unknown");
});

test("whose answer breaks off, and who is not there, tells nothing of the key", async () => {
  await using anthropic = await upstream((request) => request.socket.destroy());
  expect(await tryKey(fetch, anthropic.url, key())).toBe("unknown");
  expect(await tryKey(fetch, "http://127.0.0.1:9/v1", key())).toBe("unknown");
});

test.each([301, 302, 307, 308])(
  "a redirect (%i) is not followed, so that the key goes nowhere else",
  async (status) => {
    const received: string[] = [];
    await using elsewhere = await upstream((request, response) => {
      received.push(String(request.headers["x-api-key"]));
      response.end("{}");
    });
    await using anthropic = await upstream((_request, response) => {
      response.writeHead(status, { location: `${elsewhere.url}/models` }).end();
    });
    expect(await tryKey(fetch, anthropic.url, key())).toBe("unknown");
    expect(received).toEqual([]);
  },
);

test("a key that could not be tried becomes verified when it is sent again and Anthropic answers", async () => {
  await using service = await startService();
  const userId = await service.database.createUser();
  const whose = { actor: asUser(userId), owner: userOwner(userId) };
  const away = await service.another({ fetch: anthropicAnswering(new Error("away")).send });
  const newKey = providerKey();
  expect(await rotateApiKey(away, { ...whose, newKey })).toMatchObject({ keyVersion: 1, verified: false });
  expect(await rotateApiKey(away, { ...whose, newKey })).toMatchObject({ keyVersion: 1, verified: false });
  expect(await rotateApiKey(service.ctx, { ...whose, newKey })).toMatchObject({
    keyVersion: 1,
    verified: true,
  });
  expect(await listKeys(service.ctx, whose)).toMatchObject([{ keyVersion: 1, verified: true }]);

  const refusing = await service.another({ fetch: anthropicAnswering(401).send });
  const other = providerKey();
  await rotateApiKey(away, { ...whose, newKey: other });
  await expect(rotateApiKey(refusing, { ...whose, newKey: other })).rejects.toMatchObject({
    code: "KEY_REFUSED",
  });
  // Refused or not, it stays where it is: nothing was replaced by the refusal.
  expect(await listKeys(service.ctx, whose)).toMatchObject([
    { keyVersion: 2, verified: false },
    { keyVersion: 1 },
  ]);
});

test("the former key is usable for the overlap that was chosen, and then for nothing", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const userId = await database.createUser();
  const whose = { actor: asUser(userId), owner: userOwner(userId) };
  const [first, second, third] = [providerKey(), providerKey(), providerKey()];
  await rotateApiKey(ctx, { ...whose, newKey: first });
  await rotateApiKey(ctx, { ...whose, newKey: second, overlapMs: 60_000 });
  const secondary = () => openApiKey(ctx, { userId, slot: "secondary" });
  expect((await secondary())?.reveal()).toBe(first);
  await database.owner`update private.ai_provider_keys set expires_at = clock_timestamp() + interval '150 ms' where slot = 'secondary'`;
  await expect.poll(secondary, { timeout: 5_000 }).toBeNull();
  expect(await listKeys(ctx, whose)).toMatchObject([{ slot: "primary", keyVersion: 2 }]);
  const { configuration } = await getEffectiveConfiguration(await service.another(), {
    actor: asUser(userId),
    userId,
  });
  expect(configuration.apiKeys).not.toHaveProperty("secondaryKey");
  expect((await openApiKey(ctx, { userId }))?.reveal()).toBe(second);

  await rotateApiKey(ctx, { ...whose, newKey: third, overlapMs: 0 });
  expect(await secondary()).toBeNull();
  expect(await database.owner`select 1 from private.ai_provider_keys`).toHaveLength(1);
});

test("keys that were stored during an outage are tried again by themselves, in any number of processes", async () => {
  const said: string[] = [];
  await using service = await startService({
    log: (_level, message, details) => said.push(JSON.stringify([message, details])),
  });
  const { database } = service;
  const away = await service.another({ fetch: anthropicAnswering(new Error("away")).send });
  const refusedKey = providerKey("baad");
  const keys = [providerKey(), providerKey(), refusedKey, providerKey()];
  const people = await Promise.all(
    keys.map(async (newKey) => {
      const userId = await database.createUser();
      const whose = { actor: asUser(userId), owner: userOwner(userId) };
      await rotateApiKey(away, { ...whose, newKey });
      return whose;
    }),
  );
  expect(await verifyPendingKeys(away)).toEqual({ accepted: 0, refused: 0, unknown: 1 });
  const send: typeof fetch = async (_url, init) =>
    new Response("{}", { status: new Headers(init?.headers).get("x-api-key") === refusedKey ? 401 : 200 });
  const back = [await service.another({ fetch: send }), await service.another({ fetch: send })];
  await Promise.all(back.map((ctx) => verifyPendingKeys(ctx)));
  const verified = await Promise.all(
    people.map(async (whose) => (await listKeys(service.ctx, whose))[0]?.verified),
  );
  expect(verified).toEqual([true, true, false, true]);
  expect(said.join()).toContain("sk-ant-…baad");
  expect(said.join()).not.toContain(refusedKey);
  // Nothing but the verdict changed, and the audit tells who gave it.
  const [entry] = await database.owner`
    select actor_name, old_value ->> 'verified' as before, new_value ->> 'verified' as after
    from public.ai_configuration_audit where action = 'update' limit 1`;
  expect(entry).toEqual({ actor_name: "verify-pending-keys", before: "false", after: "true" });
});
