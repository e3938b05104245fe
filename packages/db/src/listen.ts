import { setTimeout as sleep } from "node:timers/promises";

import postgres from "postgres";

import type { Listener, SqlClient } from "./client.ts";
import { commonOptions, readAddress } from "./connection-options.ts";

export interface ListenOptions {
  url: string;
  applicationName: string;
  channel: string;
  onMessage: (payload: string) => void;
  onReady: () => void;
  onLost?: (() => void) | undefined;
  /** How often a silent connection is tried; a cut cable says nothing by itself. */
  heartbeatMs?: number;
}

/** The driver calls `onnotify`; its types do not know it. */
type ListenerOptions = postgres.Options<{ bigint: postgres.PostgresType<bigint> }> & {
  onnotify: (channel: string, payload: string) => void;
};

/**
 * Listens for as long as it is not closed, and begins again after every loss. Resolves after the first
 * attempt, also a failed one: a server that is away now is no reason not to start.
 */
export async function startListening(options: ListenOptions): Promise<Listener> {
  const closing = new AbortController();
  let ended: Promise<void> = Promise.resolve();
  await new Promise<void>((markAttempted) => {
    ended = keepListening(options, closing.signal, markAttempted);
  });
  return {
    close: async () => {
      closing.abort();
      await ended;
    },
  };
}

async function keepListening(
  options: ListenOptions,
  closing: AbortSignal,
  markAttempted: () => void,
): Promise<void> {
  for (let failures = 0; !closing.aborted; failures++) {
    const wasReady = await listenOnce(options, closing, markAttempted);
    markAttempted();
    if (wasReady) {
      failures = 0;
      if (!closing.aborted) options.onLost?.();
    }
    await pause(Math.min(50 * 2 ** failures, 2_000) * (0.5 + Math.random() / 2), closing);
  }
}

/** One connection from its beginning to its end; tells whether it ever listened. */
async function listenOnce(
  options: ListenOptions,
  closing: AbortSignal,
  markReady: () => void,
): Promise<boolean> {
  const attempt = new AbortController();
  const end = () => attempt.abort();
  const over = new Promise<void>((resolve) => attempt.signal.addEventListener("abort", () => resolve()));
  closing.addEventListener("abort", end);
  const listenerOptions: ListenerOptions = {
    ...commonOptions(`${options.applicationName} listener`),
    max: 1,
    max_lifetime: null,
    fetch_types: false,
    prepare: false,
    onclose: end,
    onnotify: (channel: string, payload: string) => {
      if (channel === options.channel && !closing.aborted) options.onMessage(payload);
    },
  };
  const client: SqlClient = postgres(readAddress(options.url).url, listenerOptions);
  let isReady = false;
  try {
    await Promise.race([client`listen ${client(options.channel)}`, over]);
    if (closing.aborted) return isReady;
    isReady = true;
    options.onReady();
    markReady();
    await Promise.race([over, failedHeartbeat(client, options.heartbeatMs ?? 15_000, over)]);
  } catch {
    // Not reachable, or lost: the caller tries again.
  } finally {
    end();
    closing.removeEventListener("abort", end);
    await client.end({ timeout: 0 }).catch(() => {});
  }
  return isReady;
}

/** Resolves when the connection no longer answers, or when it is over anyway. */
async function failedHeartbeat(client: SqlClient, everyMs: number, over: Promise<void>): Promise<void> {
  const isOver = over.then(() => true);
  for (;;) {
    if (await Promise.race([sleep(everyMs, false, { ref: false }), isOver])) return;
    const answered = client`select 1`.then(
      () => true,
      () => false,
    );
    if (!(await Promise.race([answered, sleep(5_000, false, { ref: false })]))) return;
  }
}

async function pause(milliseconds: number, closing: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal: closing }).catch(() => {});
}
