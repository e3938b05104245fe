import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { migrate } from "@ai-config/db";
import { startEmbeddedPostgres } from "@ai-config/db/embedded";

export interface BudgetServer extends AsyncDisposable {
  readonly appUrl: string;
  readonly ownerUrl: string;
}

/** A migrated server of its own that waits for the disk, as one that keeps money does. */
export async function startBudgetServer(): Promise<BudgetServer> {
  const dataDirectory = mkdtempSync(join(tmpdir(), "ai-config-bench-"));
  // Under root another account runs the server and must get in.
  chmodSync(dataDirectory, 0o711);
  const { appUrl, ownerUrl, stop } = await startEmbeddedPostgres({ dataDirectory });
  await migrate({ url: ownerUrl, appPassword: decodeURIComponent(new URL(appUrl).password) });
  return {
    appUrl,
    ownerUrl,
    [Symbol.asyncDispose]: async () => {
      await stop();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}
