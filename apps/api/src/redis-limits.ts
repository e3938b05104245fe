import type { Database } from "@ai-config/db";
import { type AdmissionStore, createPostgresLedger, createRedisStore } from "@ai-config/runtime";
import { createClient } from "@redis/client";
import type { Logger } from "pino";

/** Limits and budgets that are counted in Redis, with the ledger and the alerts in the database. */
export interface RedisLimits {
  readonly store: AdmissionStore;
  close(): Promise<void>;
}

const CONNECT_MS = 5_000;
/** A server that does not even answer a ping for so long is given up, and what waits for it with it. */
const SILENCE_MS = 10_000;
const PING_MS = 4_000;
const RECONNECT_MAX_MS = 2_000;

/** Connects in the background, again and again: while Redis is away calls are refused, and all else goes on. */
export function openRedisLimits({
  url,
  database,
  log,
}: {
  readonly url: string;
  readonly database: Database;
  readonly log: Logger;
}): RedisLimits {
  const client = createClient({
    url,
    name: "ai-config",
    // Who asks while it is away is told at once.
    disableOfflineQueue: true,
    pingInterval: PING_MS,
    socket: {
      connectTimeout: CONNECT_MS,
      socketTimeout: SILENCE_MS,
      reconnectStrategy: (retries) => Math.min(RECONNECT_MAX_MS, 50 * 2 ** retries),
    },
  });
  let isAway = false;
  client.on("ready", () => {
    if (isAway) log.info("Redis is back.");
    isAway = false;
  });
  client.on("error", (error: unknown) => {
    // Once, however long it is away.
    if (!isAway)
      log.error({ reason: reasonOf(error) }, "Redis cannot be used. Calls are refused until it is back.");
    isAway = true;
  });
  void client.connect().catch(() => {});

  const ledger = createPostgresLedger({ database });
  const store = createRedisStore({
    send: (command) => client.sendCommand(command),
    ledger,
    onWriteError: (error) =>
      log.warn({ reason: reasonOf(error) }, "An entry waits in Redis until the database takes it."),
  });
  return {
    store,
    async close() {
      await store.close();
      await ledger.close();
      client.destroy();
    },
  };
}

/** What a failure is, without what was sent. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : (/^[A-Z]{2,20}(?= |$)/.exec(error.message)?.[0] ?? error.name);
}
