import { setTimeout as sleep } from "node:timers/promises";

import { type Binaries, locateBinaries } from "./binaries.ts";
import { ensureCluster } from "./cluster.ts";
import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";
import { type Layout, prepareLayout } from "./layout.ts";
import { takeOwnership } from "./owner-note.ts";
import { candidatePorts, rememberPort } from "./port.ts";
import { readPostmasterFile, removePostmasterFile } from "./postmaster-file.ts";
import { isPostgresOn, parentOf } from "./process-identity.ts";
import { keepPasswords } from "./secrets.ts";
import { type Server, ServerStartError, startServer } from "./server.ts";
import { serverSettings } from "./server-settings.ts";
import { shutDown } from "./shut-down.ts";
import { findServerUser, type SystemUser } from "./system-user.ts";

export interface EmbeddedPostgresOptions {
  /** Where the database is kept from one start to the next. */
  dataDirectory: string;
  /** The port to prefer; another is used when it is taken. */
  port?: number | undefined;
  /** False for throwaway data: faster, and a power cut may destroy it. */
  isDurable?: boolean;
  /** Further server settings, such as `max_connections`. */
  settings?: Readonly<Record<string, string>>;
  log?: (line: string) => void;
}

export interface EmbeddedPostgres {
  /** The superuser, for migrations. */
  ownerUrl: string;
  /** The login that serves requests; it exists once the migrations ran. */
  appUrl: string;
  dataDirectory: string;
  port: number;
  stop(): Promise<void>;
}

/**
 * Starts a PostgreSQL that belongs to this process, on data that stays. Whatever an earlier process left
 * behind by being killed is put right first; a process that still lives is never disturbed.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { port: askedPort, isDurable = true, settings = {}, log = () => {} } = options;
  const user = findServerUser(options.dataDirectory, log);
  const layout = prepareLayout(options.dataDirectory, user, log);
  const { dataDirectory } = layout;
  const ownership = takeOwnership(dataDirectory);
  try {
    const binaries = locateBinaries(user, layout.copies, log);
    await clearTheWay(binaries, layout, user, ownership.inherited, log);
    const passwords = keepPasswords(dataDirectory);
    await ensureCluster(binaries, layout, user, passwords.owner, isDurable);
    const fixed = { ...serverSettings(isDurable), ...settings };
    const { server, port } = await startOnSomePort(binaries, layout, user, fixed, askedPort, log);
    rememberPort(dataDirectory, port);
    const urlFor = (login: string, password: string) =>
      `postgres://${login}:${password}@127.0.0.1:${port}/postgres`;
    return {
      ownerUrl: urlFor("postgres", passwords.owner),
      appUrl: urlFor("ai_config_app", passwords.application),
      dataDirectory,
      port,
      stop: async () => {
        await server.stop();
        ownership.release();
      },
    };
  } catch (error) {
    ownership.release();
    throw error;
  }
}

/** Ends the server that a killed process left running, and removes the traces of one that is gone. */
async function clearTheWay(
  binaries: Binaries,
  { cluster }: Layout,
  user: SystemUser | undefined,
  isInherited: boolean,
  log: (line: string) => void,
): Promise<void> {
  const postmaster = readPostmasterFile(cluster);
  if (!postmaster) return;
  const { pid } = postmaster;
  const isRunning = () => isPostgresOn(pid, cluster);
  if (!isRunning()) {
    removePostmasterFile(cluster);
    return;
  }
  // Without a note of a dead owner, somebody may have started it by hand and still need it.
  if (!isInherited && parentOf(pid) !== 1) {
    throw new EmbeddedPostgresError(
      `A PostgreSQL server that AI Config did not start (process ${pid}) runs on ${cluster}. Stop it first.`,
    );
  }
  log(`Stopping the database server that an earlier process left running (process ${pid}).`);
  await shutDown(pid, isRunning, binaries, cluster, user);
}

async function startOnSomePort(
  binaries: Binaries,
  layout: Layout,
  user: SystemUser | undefined,
  settings: Readonly<Record<string, string>>,
  askedPort: number | undefined,
  log: (line: string) => void,
): Promise<{ server: Server; port: number }> {
  let lastError: unknown;
  for await (const port of candidatePorts(layout.dataDirectory, askedPort, log)) {
    try {
      const server = await startWhenMemoryIsFree(
        binaries,
        layout,
        user,
        { ...settings, port: String(port) },
        log,
      );
      return { server, port };
    } catch (error) {
      // Somebody was faster between our look and the start.
      if (!(error instanceof ServerStartError) || error.failure !== "port taken") throw error;
      lastError = error;
    }
  }
  throw new EmbeddedPostgresError("No free port was found for the embedded database.", { cause: lastError });
}

/** Where the server itself was killed, its children need a moment to notice and let go of the memory. */
async function startWhenMemoryIsFree(
  binaries: Binaries,
  layout: Layout,
  user: SystemUser | undefined,
  settings: Readonly<Record<string, string>>,
  log: (line: string) => void,
): Promise<Server> {
  for (const deadline = Date.now() + 10_000; ; await sleep(100)) {
    try {
      return await startServer(binaries, layout, user, settings, log);
    } catch (error) {
      const isWorthWaiting = error instanceof ServerStartError && error.failure === "memory still held";
      if (!isWorthWaiting || Date.now() > deadline) throw error;
    }
  }
}
