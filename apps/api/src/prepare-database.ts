import { checkApplicationRole, type Database, migrate, readSchemaVersion } from "@ai-config/db";

import type { Env } from "./env.ts";
import { explainLogin, StartError } from "./start-error.ts";

type Say = (line: string) => void;

/**
 * Brings a database to where requests can be served from it. Rejects with a StartError for what waiting does not
 * mend, and with the database's own error where it is away.
 */
export async function prepareDatabase(env: Env, database: Database, say: Say): Promise<void> {
  if (env.databaseUrl !== undefined && env.migrationDatabaseUrl !== undefined) {
    await explained("MIGRATION_DATABASE_URL", () =>
      migrate({ url: env.migrationDatabaseUrl ?? "", appPassword: env.appPassword, log: say }),
    );
  }
  await explained("DATABASE_URL", async () => {
    requireSchema(await readSchemaVersion(database), say);
    await requireUnprivileged(env, database, say);
  });
}

async function explained(variable: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw explainLogin(error, variable);
  }
}

function requireSchema({ applied, known }: { applied: number; known: number }, say: Say): void {
  if (applied > known) say("Warning: the database is newer than this version. Update this process soon.");
  if (applied >= known) return;
  const missing = applied === 0 ? "was never migrated" : `lacks ${known - applied} of ${known} migrations`;
  throw new StartError(
    `The database ${missing}. Set MIGRATION_DATABASE_URL to a connection as its owner, then run: npm run db:migrate`,
  );
}

async function requireUnprivileged(env: Env, database: Database, say: Say): Promise<void> {
  const { privileged, reasons } = await checkApplicationRole(database);
  if (!privileged) return;
  const sentence = `DATABASE_URL: its role is too powerful (${reasons.join("; ")}). Use ai_config_app, which npm run db:migrate makes.`;
  if (env.isProduction) throw new StartError(sentence);
  say(`Warning: ${sentence}`);
}
