import { migrate } from "@ai-config/db";
import { startEmbeddedPostgres } from "@ai-config/db/embedded";

import type { Env } from "./env.ts";

/** Starts the embedded database, migrated; answers where to connect as the login that serves requests. */
export async function startEmbedded(
  { dataDirectory }: Pick<Env, "dataDirectory">,
  undo: (() => Promise<unknown>)[],
  say: (line: string) => void,
): Promise<string> {
  const embedded = await startEmbeddedPostgres({ dataDirectory, log: say });
  undo.push(() => embedded.stop());
  await migrate({ url: embedded.ownerUrl, appPassword: new URL(embedded.appUrl).password, log: say });
  return embedded.appUrl;
}
