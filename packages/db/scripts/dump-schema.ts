import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import postgres from "postgres";

import { startEmbeddedPostgres } from "../src/embedded/index.ts";
import { migrate } from "../src/migrate.ts";
import { dumpSchema } from "./schema-dump.ts";

const dataDirectory = mkdtempSync(join(tmpdir(), "ai-config-dump-"));
// Under root another account runs the server and must get in.
chmodSync(dataDirectory, 0o711);
const server = await startEmbeddedPostgres({ dataDirectory, isDurable: false });
try {
  await migrate({ url: server.ownerUrl });
  const owner = postgres(server.ownerUrl, { max: 1, onnotice: () => {} });
  writeFileSync(new URL("../schema.sql", import.meta.url), await dumpSchema(owner));
  await owner.end();
} finally {
  await server.stop();
  rmSync(dataDirectory, { recursive: true, force: true });
}
