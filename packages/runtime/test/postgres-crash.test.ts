import { randomUUID } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { sumUsd } from "@ai-config/config-core";
import { connect, migrate } from "@ai-config/db";
import { startEmbeddedPostgres } from "@ai-config/db/embedded";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createPostgresStore } from "../src/admission/postgres-store.ts";
import { admit, ask, HOUR, limitsOf, settle } from "../testing/admission/admission-kit.ts";

const CALLS = 20;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ai-config-crash-"));
  // Under root another account runs the server and must get in.
  chmodSync(folder, 0o711);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const postmasterPid = () =>
  Number(readFileSync(join(folder, "cluster/postmaster.pid"), "utf8").split("\n")[0]);

/** A server that waits for the disk, and a store on it. */
async function start() {
  const server = await startEmbeddedPostgres({ dataDirectory: folder });
  const { appUrl, ownerUrl } = server;
  await migrate({ url: ownerUrl, appPassword: decodeURIComponent(new URL(appUrl).password) });
  const [database, owner] = [connect({ url: appUrl }), connect({ url: ownerUrl })];
  return {
    owner: owner.db.$client,
    store: createPostgresStore({ database }),
    /** At once, the processes that would still have written to the disk too. */
    kill: (pids: readonly number[]) => {
      for (const pid of [postmasterPid(), ...pids]) {
        try {
          process.kill(pid, "SIGKILL");
        } catch {
          // It ended with the others.
        }
      }
    },
    close: async () => {
      await Promise.all([database.close(), owner.close()]);
    },
    stop: () => server.stop(),
  };
}

test("a settlement that was answered outlasts the server's crash where its process does, and what an admission lost is booked all the same", async () => {
  const windows = [{ start: new Date(Date.now() - HOUR), end: new Date(Date.now() + HOUR) }];
  const budgets = [{ period: "daily", limit: "100", enforcement: "block", thresholds: [], windows }] as const;
  const scopes = (["user", "organization"] as const).map((kind) =>
    limitsOf({ kind, id: randomUUID() }, { concurrency: 100, budgets }),
  );
  const makeCall = (store: Parameters<typeof admit>[0]) => async () => {
    const request = ask(scopes, { reserve: "0.5", leaseMs: HOUR });
    return { request, admission: await admit(store, request) };
  };

  const before = await start();
  const calls = await Promise.all(Array.from({ length: CALLS }, makeCall(before.store)));
  const half = calls.slice(0, CALLS / 2);
  const processes = await before.owner<{ pid: number }[]>`select pid from pg_stat_activity`;
  // Nobody waits for any of this to reach the disk.
  await Promise.all(half.map(({ admission, request }) => settle(before.store, admission, request, "0.25")));
  const late = await Promise.all(Array.from({ length: CALLS }, makeCall(before.store)));
  before.kill(processes.map(({ pid }) => pid));
  const codeOf = () => before.store.sweep().then(String, ({ code }) => code);
  await expect.poll(codeOf).toBe("DATABASE_UNAVAILABLE");
  await before.stop();

  const after = await start();
  // Who was answered settles again what is not in the ledger.
  const written = async () => {
    const rows = await after.owner<{ id: string }[]>`select id from public.ai_usage_events`;
    return rows.map(({ id }) => id).toSorted();
  };
  await expect.poll(written, { timeout: 10_000 }).toEqual(half.map(({ request }) => request.id).toSorted());
  await before.store.close();
  await before.close();
  const [held] =
    await after.owner`select count(*)::int as leases, coalesce(sum(reserve), 0)::float as reserved
    from private.admission_leases`;
  for (const { spent, reserved } of await after.store.status(scopes)) {
    expect(spent).toBe("2.5");
    expect(Number(reserved)).toBe(held?.reserved);
  }

  // The calls themselves went on meanwhile.
  const all = [...calls, ...late];
  const settled = await Promise.all(
    all.map(({ admission, request }) => settle(after.store, admission, request, "0.25")),
  );
  expect(settled.filter(({ isBooked }) => isBooked)).toHaveLength(all.length - half.length);
  const sum = sumUsd(all.map(() => "0.25"));
  expect(await after.store.status(scopes)).toMatchObject([
    { spent: sum, reserved: "0" },
    { spent: sum, reserved: "0" },
  ]);
  expect(await after.owner`select from private.admission_scopes where running <> 0`).toHaveLength(0);
  await after.store.close();
  await after.close();
  await after.stop();
});
