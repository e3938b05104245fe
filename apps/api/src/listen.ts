import { once } from "node:events";
import type { Server } from "node:http";

import type { Env } from "./env.ts";
import { StartError } from "./start-error.ts";

/** How long open requests may take to finish when the process goes down. */
const DRAIN_MS_MAX = 10_000;

/** Accepts connections. What it answers stops that, and lets open requests finish. */
export async function listen(
  server: Server,
  { port, host }: Pick<Env, "port" | "host">,
): Promise<() => Promise<void>> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (error) {
    throw explainListen(error, port);
  }
  return async () => {
    const closed = once(server, "close");
    server.close();
    server.closeIdleConnections();
    const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS_MAX);
    await closed;
    clearTimeout(timer);
  };
}

/** What the system means when it lets nobody listen there. */
function explainListen(error: unknown, port: number): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EADDRNOTAVAIL":
    case "EINVAL":
      return new StartError("HOST: This machine has no such address. 0.0.0.0 is all that it has.");
    case "EACCES":
      return new StartError(`PORT: This user may not listen at ${port}. Choose one from 1024 on.`);
    default:
      return error;
  }
}
