import type { Database, Listener } from "@ai-config/db";

import type { ConfigurationCache } from "./configuration-cache.ts";

const CHANNEL = "ai_config_changed";

/**
 * Drops from the cache what the database announces as changed. Every time listening begins everything is
 * dropped: nothing is kept for a listener that was away.
 */
export function watchChanges(
  database: Database,
  cache: ConfigurationCache,
  { onReady, onLost }: { onReady: () => void; onLost: () => void },
): Promise<Listener> {
  return database.listen(
    CHANNEL,
    (payload) => {
      const change = readChange(payload);
      // Any database user can announce anything: what makes no sense costs a few reads and nothing else.
      if (change === undefined) cache.forgetAll();
      else cache.forgetAnnounced(change.type, change.name);
    },
    () => {
      cache.forgetAll();
      cache.setAnnounced(true);
      onReady();
    },
    () => {
      // What is announced from now on is not heard, so nothing may be trusted for longer than a moment.
      cache.setAnnounced(false);
      cache.forgetAll();
      onLost();
    },
  );
}

function readChange(payload: string): { type: "user" | "organization"; name: string } | undefined {
  try {
    const { t: type, h: name } = JSON.parse(payload) as { t?: unknown; h?: unknown };
    if ((type === "user" || type === "organization") && typeof name === "string") return { type, name };
  } catch {
    // Not ours.
  }
  return undefined;
}
