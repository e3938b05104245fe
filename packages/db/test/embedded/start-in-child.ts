// Starts the database as a process of its own, for tests that kill it. Arguments: folder, port (0 for any).
import { startEmbeddedPostgres } from "../../src/embedded/index.ts";

const [dataDirectory = "", port = "0"] = process.argv.slice(2);
const tell = (message: unknown) => process.stdout.write(`${JSON.stringify(message)}\n`);

// What a terminal sends on Ctrl-C; the real program stops in order, this one shows that the server lives on.
process.on("SIGINT", () => tell({ interrupted: true }));
process.stdin.once("data", async () => {
  await server?.stop();
  tell({ stopped: true });
  process.exit(0);
});

let server: Awaited<ReturnType<typeof startEmbeddedPostgres>> | undefined;
try {
  server = await startEmbeddedPostgres({
    dataDirectory,
    port: Number(port) || undefined,
    log: (line) => tell({ log: line }),
  });
  tell({ ownerUrl: server.ownerUrl });
} catch (error) {
  tell({ name: (error as Error).name, error: (error as Error).message });
  process.exit(1);
}
