import { expect, test, vi } from "vitest";

import type { EffectiveConfiguration } from "../configuration/effective-configuration.ts";
import { type CacheRequest, createConfigurationCache } from "./configuration-cache.ts";

const unavailable = () => Object.assign(new Error("away"), { code: "ECONNREFUSED" });

function answer(request: CacheRequest, organizationId: string | null, mark: string): EffectiveConfiguration {
  return Object.freeze({
    userId: request.userId,
    organizationId,
    etag: `"${mark}"`,
    stale: false,
  }) as EffectiveConfiguration;
}

/** A cache over a source whose answers the test releases one by one. */
function setUp(options: { maxEntries?: number } = {}) {
  const clock = { ms: 1_000 };
  const loads: {
    request: CacheRequest;
    resolve(value: EffectiveConfiguration): void;
    reject(error: unknown): void;
  }[] = [];
  const load = vi.fn(
    (request: CacheRequest) =>
      new Promise<EffectiveConfiguration>((resolve, reject) => loads.push({ request, resolve, reject })),
  );
  const fallback = (request: CacheRequest) => ({ ...answer(request, null, "environment"), stale: true });
  const cache = createConfigurationCache({ load, fallback, now: () => clock.ms, ...options });
  cache.setAnnounced(true);
  return { cache, load, loads, clock };
}

const user = (userId: string, organizationId: string | null = null): CacheRequest => ({
  userId,
  organizationId,
});
const settle = () => new Promise((resolve) => setImmediate(resolve));

test("readers of one account at the same moment share one read", async () => {
  const { cache, loads, load } = setUp();
  const reads = Array.from({ length: 50 }, () => cache.get(user("a")));
  loads[0]?.resolve(answer(user("a"), null, "1"));
  expect(new Set(await Promise.all(reads)).size).toBe(1);
  expect(load).toHaveBeenCalledTimes(1);
});

test("a change announced during a read makes it read again, and nobody gets the outdated answer", async () => {
  for (const announce of ["user", "organization", "all"] as const) {
    const { cache, loads } = setUp();
    const early = cache.get(user("a"));
    if (announce === "user") cache.forgetUser("a");
    else if (announce === "organization") cache.forgetOrganization("o");
    else cache.forgetAll();
    const late = cache.get(user("a"));
    loads[0]?.resolve(answer(user("a"), "o", "old"));
    await settle();
    expect(cache.peek(user("a"))).toBeUndefined();
    loads[1]?.resolve(answer(user("a"), "o", "new"));
    expect((await early).etag).toBe('"new"');
    expect((await late).etag).toBe('"new"');
    expect(cache.peek(user("a"))?.etag).toBe('"new"');
  }
});

test("changes without end let an answer out, and do not keep it", async () => {
  const { cache, loads, clock } = setUp();
  const read = cache.get(user("a"));
  for (let round = 0; round < 6; round += 1) {
    cache.forgetUser("a");
    loads[round]?.resolve(answer(user("a"), null, String(round)));
    await settle();
  }
  expect((await read).etag).toBe('"5"');
  clock.ms += 2;
  expect(cache.peek(user("a"))).toBeUndefined();
});

test("another organization's change disturbs neither a read nor an entry", async () => {
  const { cache, loads, load } = setUp();
  const read = cache.get(user("a"));
  cache.forgetOrganization("other");
  loads[0]?.resolve(answer(user("a"), "o", "1"));
  await read;
  cache.forgetOrganization("other");
  cache.forgetUser("b");
  expect(cache.peek(user("a"))).toBeDefined();
  expect(load).toHaveBeenCalledTimes(1);
});

test("an organization's change drops every account that was resolved with it, and a renewed entry too", async () => {
  const { cache, loads } = setUp();
  for (const [index, id] of ["a", "b", "c"].entries()) {
    const read = cache.get(user(id));
    loads[index]?.resolve(answer(user(id), id === "c" ? "p" : "o", "1"));
    await read;
  }
  cache.forgetOrganization("o");
  expect(["a", "b", "c"].map((id) => cache.peek(user(id)) !== undefined)).toEqual([false, false, true]);
  const again = cache.get(user("a"));
  loads[3]?.resolve(answer(user("a"), "o", "2"));
  await again;
  cache.forgetOrganization("o");
  expect(cache.peek(user("a"))).toBeUndefined();
});

test("a user's change drops what was resolved with an explicit organization as well", async () => {
  const { cache, loads } = setUp();
  const read = cache.get(user("a", "o"));
  loads[0]?.resolve(answer(user("a"), "o", "1"));
  await read;
  expect(cache.peek(user("a"))).toBeUndefined();
  cache.forgetUser("a");
  expect(cache.peek(user("a", "o"))).toBeUndefined();
});

test("an entry lives five minutes", async () => {
  const { cache, loads, clock } = setUp();
  const read = cache.get(user("a"));
  loads[0]?.resolve(answer(user("a"), null, "1"));
  await read;
  clock.ms += 5 * 60_000 - 1;
  expect(cache.peek(user("a"))).toBeDefined();
  clock.ms += 2;
  expect(cache.peek(user("a"))).toBeUndefined();
});

test("before announcements are heard an entry lives two seconds", async () => {
  const { cache, loads, clock } = setUp();
  cache.setAnnounced(false);
  const read = cache.get(user("a"));
  loads[0]?.resolve(answer(user("a"), null, "1"));
  await read;
  clock.ms += 2_001;
  expect(cache.peek(user("a"))).toBeUndefined();
});

test("once something was written the next read asks the database, however short ago it was away", async () => {
  const { cache, loads, load } = setUp();
  const early = cache.get(user("a"));
  loads[0]?.reject(unavailable());
  expect((await early).stale).toBe(true);
  cache.noteReachable();
  cache.forgetUser("a");
  const late = cache.get(user("a"));
  await settle();
  expect(load).toHaveBeenCalledTimes(2);
  loads[1]?.resolve(answer(user("a"), null, "new"));
  expect((await late).etag).toBe('"new"');
});

test("with the database away the last good answer is given and flagged, and tried again after two seconds", async () => {
  const { cache, loads, load, clock } = setUp();
  const first = cache.get(user("a"));
  loads[0]?.resolve(answer(user("a"), null, "1"));
  await first;
  clock.ms += 5 * 60_000 + 1;
  const second = cache.get(user("a"));
  loads[1]?.reject(unavailable());
  expect(await second).toMatchObject({ stale: true, staleReason: "database_unavailable" });
  // Nobody else waits for a database that was just found to be away.
  expect(await cache.get(user("b"))).toMatchObject({ stale: true, etag: '"environment"' });
  expect(await cache.get(user("a"))).toMatchObject({ stale: true });
  expect(load).toHaveBeenCalledTimes(2);
  clock.ms += 2_001;
  const third = cache.get(user("a"));
  loads[2]?.resolve(answer(user("a"), null, "2"));
  expect(await third).toMatchObject({ stale: false, etag: '"2"' });
});

test("a refusal by the database is passed on, never cached, and ends what was known", async () => {
  const { cache, loads, clock } = setUp();
  const first = cache.get(user("a", "o"));
  loads[0]?.resolve(answer(user("a"), "o", "1"));
  await first;
  cache.forgetUser("a");
  const refused = cache.get(user("a", "o"));
  loads[1]?.reject(new Error("no"));
  await expect(refused).rejects.toThrow("no");
  const away = cache.get(user("a", "o"));
  loads[2]?.reject(unavailable());
  expect(await away).toMatchObject({ etag: '"environment"' });
  clock.ms += 1;
});

test("a read that others were in the way of is answered by what was known, and says nothing of other accounts", async () => {
  const overtaken = () => Object.assign(new Error("lock timeout"), { code: "55P03" });
  const { cache, loads, load, clock } = setUp();
  const first = cache.get(user("a"));
  loads[0]?.resolve(answer(user("a"), null, "1"));
  await first;
  cache.forgetUser("a");
  const second = cache.get(user("a"));
  loads[1]?.reject(overtaken());
  expect(await second).toMatchObject({ stale: true, staleReason: "database_unavailable" });
  const stranger = cache.get(user("b"));
  loads[2]?.reject(overtaken());
  await expect(stranger).rejects.toMatchObject({ code: "DATABASE_UNAVAILABLE" });
  expect(load).toHaveBeenCalledTimes(3);
  clock.ms += 2_001;
  const third = cache.get(user("a"));
  loads[3]?.resolve(answer(user("a"), null, "2"));
  expect(await third).toMatchObject({ stale: false, etag: '"2"' });
});

test("more accounts than there is room for push each other out, and everybody is answered", async () => {
  const { cache, loads } = setUp({ maxEntries: 3 });
  const reads = Array.from({ length: 20 }, (_, index) => cache.get(user(String(index))));
  for (const { request, resolve } of loads) resolve(answer(request, "o", request.userId));
  expect((await Promise.all(reads)).map(({ userId }) => userId)).toEqual(
    reads.map((_, index) => String(index)),
  );
  expect(cache.size).toBeLessThanOrEqual(3);
});
