import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

import type { Binaries } from "./binaries.ts";
import { EmbeddedPostgresError } from "./embedded-postgres-error.ts";
import type { Layout } from "./layout.ts";
import { readPostmasterFile } from "./postmaster-file.ts";
import { serverEnvironment } from "./server-environment.ts";
import { shutDown } from "./shut-down.ts";
import type { SystemUser } from "./system-user.ts";

export interface Server {
  pid: number;
  stop(): Promise<void>;
}

/** Why a start failed, as far as another attempt could help. */
export type StartFailure = "port taken" | "memory still held" | "other";

export class ServerStartError extends EmbeddedPostgresError {
  readonly failure: StartFailure;

  constructor(failure: StartFailure, message: string) {
    super(message);
    this.failure = failure;
  }
}

const readyWithinMs = 60_000;
const logBytesMax = 5_000_000;

/** Starts the server and waits until it answers. It leads a process group of its own, so only we stop it. */
export async function startServer(
  binaries: Binaries,
  { home, cluster, logFile }: Layout,
  user: SystemUser | undefined,
  settings: Readonly<Record<string, string>>,
  log: (line: string) => void,
): Promise<Server> {
  const logStart = turnLog(logFile);
  const output = openSync(logFile, "a", 0o600);
  const child = spawn(
    binaries.postgres,
    ["-D", cluster, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    {
      cwd: home,
      env: serverEnvironment(),
      stdio: ["ignore", output, output],
      detached: true,
      ...(user && { uid: user.uid, gid: user.gid }),
    },
  );
  closeSync(output);
  const gone = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", (code, signal) => resolve(`exit ${signal ?? code}`));
  });
  await waitUntilReady(child, cluster, gone, () => readLog(logFile, logStart));
  return supervise(child, binaries, cluster, user, gone, log, logFile);
}

async function waitUntilReady(
  child: ChildProcess,
  cluster: string,
  gone: Promise<string>,
  complaint: () => string,
): Promise<void> {
  let ending: string | undefined;
  void gone.then((how) => {
    ending = how;
  });
  const deadline = Date.now() + readyWithinMs;
  for (;;) {
    const postmaster = readPostmasterFile(cluster);
    if (postmaster?.isReady && postmaster.pid === child.pid) return;
    if (ending !== undefined) throw startError(`PostgreSQL did not start (${ending}).`, complaint());
    if (Date.now() > deadline) {
      child.kill("SIGQUIT");
      throw startError(`PostgreSQL was not ready after ${readyWithinMs / 1000} s.`, complaint());
    }
    await sleep(5);
  }
}

function startError(message: string, complaint: string): ServerStartError {
  const failure = /could not (bind|create any TCP\/IP sockets)/.test(complaint)
    ? "port taken"
    : /shared memory block .* is still in use/.test(complaint)
      ? "memory still held"
      : "other";
  return new ServerStartError(failure, `${message} ${complaint}`.trim());
}

function supervise(
  child: ChildProcess,
  binaries: Binaries,
  cluster: string,
  user: SystemUser | undefined,
  gone: Promise<string>,
  log: (line: string) => void,
  logFile: string,
): Server {
  const pid = child.pid as number;
  let stopping: Promise<void> | undefined;
  // A process that ends without stopping us asks the server to end as well; it does so by itself.
  const onExit = () => void child.kill("SIGINT");
  process.once("exit", onExit);
  // The server is no reason for a finished process to stay.
  child.unref();
  void gone.then((how) => {
    process.off("exit", onExit);
    if (!stopping) log(`The embedded database ended unexpectedly (${how}). See ${logFile}.`);
  });
  return {
    pid,
    stop: () => {
      // Nobody may be waiting on anything else while we wait for the end.
      child.ref();
      stopping ??= shutDown(
        pid,
        () => child.exitCode === null && child.signalCode === null,
        binaries,
        cluster,
        user,
      );
      return stopping;
    },
  };
}

/** Starts a new log when the last one grew large; returns where ours begins. */
function turnLog(logFile: string): number {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size < logBytesMax) return size;
  renameSync(logFile, `${logFile}.1`);
  return 0;
}

function readLog(logFile: string, start: number): string {
  try {
    return readFileSync(logFile).subarray(start).toString().trim().split("\n").slice(-10).join("\n");
  } catch {
    return "";
  }
}
