import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

import { writePrivately } from "./secrets.ts";

/** The ports to try, best first: the one asked for, the one of last time, then any free one. */
export async function* candidatePorts(
  dataDirectory: string,
  asked: number | undefined,
  log: (line: string) => void,
): AsyncGenerator<number> {
  const remembered = rememberedPort(dataDirectory);
  for (const port of new Set([asked, remembered])) {
    if (port === undefined) continue;
    if (await isFree(port)) yield port;
    else log(`Port ${port} is taken: the embedded database uses another one.`);
  }
  for (let attempt = 0; attempt < 5; attempt++) yield await findFreePort();
}

/** Keeps the port for the next start, so that addresses people noted down stay true. */
export function rememberPort(dataDirectory: string, port: number): void {
  if (rememberedPort(dataDirectory) !== port) writePrivately(join(dataDirectory, "port"), String(port));
}

function rememberedPort(dataDirectory: string): number | undefined {
  const file = join(dataDirectory, "port");
  if (!existsSync(file)) return undefined;
  const port = Number(readFileSync(file, "utf8"));
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen({ port: 0, host: "127.0.0.1" }, () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === "object" && address ? resolve(address.port) : reject(new Error("No port")),
      );
    });
  });
}
