import { connect, createServer, type Socket } from "node:net";

/** A way to a server, whose connections can go silent. */
export interface SilentProxy extends AsyncDisposable {
  /** The address of the server by this way. */
  readonly url: string;
  /** How many connections there are. */
  readonly connections: number;
  /**
   * From now on nothing that is sent over its connections arrives, and they do not end, as where a host is gone or a router
   * forgot them. What connects later is served.
   */
  silence(): void;
}

export async function startSilentProxy(url: string): Promise<SilentProxy> {
  const target = new URL(url);
  const clients = new Set<Socket>();
  const silenced = new Set<Socket>();
  const proxy = createServer((client) => {
    const server = connect(Number(target.port), target.hostname);
    clients.add(client);
    client.on("data", (bytes) => silenced.has(client) || server.write(bytes));
    server.on("data", (bytes) => silenced.has(client) || client.write(bytes));
    for (const socket of [client, server]) socket.on("error", () => {});
    client.on("close", () => {
      clients.delete(client);
      server.destroy();
    });
    server.on("close", () => silenced.has(client) || client.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const own = new URL(url);
  const address = proxy.address();
  own.hostname = "127.0.0.1";
  own.port = String(typeof address === "object" && address !== null ? address.port : "");
  return {
    url: own.href,
    get connections() {
      return clients.size;
    },
    silence() {
      for (const client of clients) silenced.add(client);
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}
