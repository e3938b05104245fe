import { once } from "node:events";
import type { Server } from "node:http";

import type { Env } from "./env.ts";

/** How long open requests may take to finish when the process goes down. */
const DRAIN_MS_MAX = 10_000;

/** Accepts connections. What it answers stops that, and lets open requests finish. */
export async function listen(
  server: Server,
  { port, host }: Pick<Env, "port" | "host">,
): Promise<() => Promise<void>> {
  server.listen(port, host);
  await once(server, "listening");
  return async () => {
    const closed = once(server, "close");
    server.close();
    server.closeIdleConnections();
    const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS_MAX);
    await closed;
    clearTimeout(timer);
  };
}
