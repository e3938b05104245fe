import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { TestProject } from "vitest/node";

import { startEmbeddedPostgres } from "../embedded/index.ts";
import { ensureTemplateDatabase } from "./template-database.ts";

/** What tests need to make databases of their own. */
export interface TestServer {
  /** A superuser on the server, outside the template. */
  adminUrl: string;
  template: string;
  appPassword: string;
}

declare module "vitest" {
  interface ProvidedContext {
    testServer: TestServer;
  }
}

/** Starts one server for the whole run, or uses TEST_DATABASE_URL, and prepares the template on it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_DATABASE_URL;
  const { adminUrl, appPassword, stop } = given ? useServer(given) : await startServer();
  try {
    const template = await ensureTemplateDatabase(adminUrl, appPassword);
    project.provide("testServer", { adminUrl, template, appPassword });
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Parallel runs share the login of such a server, so they must all arrive at the same password. */
function useServer(adminUrl: string) {
  const appPassword = createHash("sha256").update(`ai-config tests ${adminUrl}`).digest("base64url");
  return { adminUrl, appPassword, stop: async () => {} };
}

async function startServer() {
  const dataDirectory = mkdtempSync(join(tmpdir(), "ai-config-postgres-"));
  // Under root another account runs the server and must get in.
  chmodSync(dataDirectory, 0o711);
  const server = await startEmbeddedPostgres({
    dataDirectory,
    isDurable: false,
    settings: { max_connections: "300" },
  });
  const stop = async () => {
    await server.stop();
    rmSync(dataDirectory, { recursive: true, force: true });
  };
  return { adminUrl: server.ownerUrl, appPassword: new URL(server.appUrl).password, stop };
}
