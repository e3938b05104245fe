import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";

import type { Database, SqlClient } from "./client.ts";
import {
  ANSWER_TIMEOUT_MS,
  commonOptions,
  POOLED_ANSWER_TIMEOUT_MS,
  readAddress,
  sessionTimeouts,
} from "./connection-options.ts";
import { startListening } from "./listen.ts";

export interface ConnectOptions {
  url: string;
  /** Where to listen when `url` leads to a pooler, which cannot. */
  directUrl?: string | undefined;
  maxConnections?: number;
  /** A role that every connection takes on by itself, for libraries that do not go through `asActor`. */
  role?: string;
  applicationName?: string;
  /** How long an answer may take until its connection is given up; null where statements may run for long. */
  answerTimeoutMs?: number | null;
}

/** The driver reads `max_pipeline`, and as we patched it `answer_timeout`, in seconds; its types do not know them. */
type PoolOptions = postgres.Options<{ bigint: postgres.PostgresType<bigint> }> & {
  max_pipeline: number;
  answer_timeout: number | null;
};

/**
 * Opens a pool; nothing is sent before the first query. Behind a transaction pooler statements are not
 * prepared, and the timeouts come from the login role, because such a pooler refuses session settings.
 */
export function connect(options: ConnectOptions): Database {
  const { maxConnections = 10, role, applicationName = "ai-config" } = options;
  const { url, isPooled } = readAddress(options.url);
  const { answerTimeoutMs = isPooled ? POOLED_ANSWER_TIMEOUT_MS : ANSWER_TIMEOUT_MS } = options;
  const common = commonOptions(applicationName);
  const settings = isPooled ? common.connection : { ...common.connection, ...sessionTimeouts };
  const poolOptions: PoolOptions = {
    ...common,
    connection: role === undefined ? settings : { ...settings, role },
    max: maxConnections,
    // With the driver's default a saturated pool slows to a third within a minute.
    max_pipeline: 1,
    answer_timeout: answerTimeoutMs === null ? null : answerTimeoutMs / 1_000,
    idle_timeout: 60,
    prepare: !isPooled,
  };
  const client: SqlClient = postgres(url, poolOptions);
  let pinging: SqlClient | undefined;
  return {
    db: drizzle({ client }),
    listen: (channel, onMessage, onReady, onLost) =>
      startListening({
        url: options.directUrl ?? options.url,
        applicationName,
        channel,
        onMessage,
        onReady,
        onLost,
      }),
    ping: async () => {
      pinging ??= postgres(url, {
        ...commonOptions(`${applicationName} ping`),
        connect_timeout: 2,
        max: 1,
        idle_timeout: 30,
        fetch_types: false,
        prepare: false,
      });
      await withinMs(pinging`select 1`, 2_000);
    },
    close: async () => {
      await Promise.all([client.end({ timeout: 5 }), pinging?.end({ timeout: 1 })]);
    },
  };
}

function withinMs(answer: Promise<unknown>, milliseconds: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = Object.assign(new Error("The database does not answer."), { code: "CONNECT_TIMEOUT" });
    const timer = setTimeout(reject, milliseconds, late);
    answer.then(() => resolve(), reject).finally(() => clearTimeout(timer));
  });
}
