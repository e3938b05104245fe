import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../apps/api/src/main.ts", import.meta.url));
const startTimeoutMs = 60_000;

/** The built product as a person starts it: its own process, its own embedded database, a free port. */
export interface Product extends AsyncDisposable {
  url: string;
  dataDirectory: string;
  /** Everything the process has printed so far. */
  output(): string;
  /** Settles with the exit code when the process has ended and everything it said has arrived. */
  ended: Promise<number | null>;
  hasEnded(): boolean;
  /** Reads no more of what it prints, as a terminal or a collector of logs that went away. */
  hangUp(): void;
  /** Ends the process as an operator would and waits for it. Answers its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface StartOptions {
  env?: Record<string, string>;
  /** Reuses the data of an earlier run. */
  dataDirectory?: string;
  /** An open file that takes what the process prints, instead of `output`. */
  printsTo?: number;
}

/** Starts the product and answers when it says that it is ready. Throws with its output when it never does. */
export async function startProduct(options: StartOptions = {}): Promise<Product> {
  const product = await launchProduct(options);
  try {
    await untilReady(product);
    return product;
  } catch (error) {
    await product[Symbol.asyncDispose]();
    throw error;
  }
}

/** Starts the product and waits for nothing. */
export async function launchProduct({
  env = {},
  dataDirectory,
  printsTo,
}: StartOptions = {}): Promise<Product> {
  const directory = dataDirectory ?? (await mkdtemp(join(tmpdir(), "ai-config-e2e-")));
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const child = spawn(process.execPath, [main], {
    env: {
      ...withoutProductSettings(process.env),
      PORT: String(port),
      AI_CONFIG_DATA_DIR: directory,
      ...env,
    },
    stdio: ["ignore", printsTo ?? "pipe", printsTo ?? "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output += chunk.toString("utf8");
    });
  }
  const stop = async (signal: NodeJS.Signals = "SIGTERM") => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, "exit");
      child.kill(signal);
      await exited;
    }
    return child.exitCode;
  };

  return {
    url,
    dataDirectory: directory,
    output: () => output,
    ended: once(child, "close").then(() => child.exitCode),
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    hangUp: () => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      if (!dataDirectory) await rm(directory, { recursive: true, force: true });
    },
  };
}

async function untilReady({ url, output, hasEnded }: Product): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline) {
    if (hasEnded()) throw new Error(`The product ended:\n${output()}`);
    const ready = await fetch(`${url}/readyz`).then(
      (response) => response.ok,
      () => false,
    );
    // It answers a moment before it has said so, and tests read both.
    if (ready && output().includes("AI Config is ready")) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`The product was not ready after ${startTimeoutMs} ms:\n${output()}`);
}

/** A setting of the developer's own shell must not change what a test sees. */
export function withoutProductSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^(AI_CONFIG_|ANTHROPIC_|DATABASE_URL|MIGRATION_DATABASE_URL|NODE_ENV$)/.test(name),
    ),
  );
}

/** A port that nothing listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("No free port.");
  return address.port;
}
