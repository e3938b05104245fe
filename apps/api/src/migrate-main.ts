// npm run db:migrate: brings a database to the newest schema and makes the login that serves requests.
import { migrate } from "@ai-config/db";

import { readMigrationEnv } from "./env.ts";
import { explainFailure } from "./explain-failure.ts";
import { explainLogin } from "./start-error.ts";

try {
  const { url, appPassword } = readMigrationEnv(process.env);
  const { applied } = await migrate({ url, appPassword, log: (line) => console.log(line) });
  if (applied === 0) console.log("The database is up to date.");
  if (!appPassword) console.log("Set AI_CONFIG_APP_PASSWORD to make or change the login ai_config_app.");
} catch (error) {
  const { sentence, exitCode } = explainFailure(explainLogin(error, "MIGRATION_DATABASE_URL"));
  console.error(sentence);
  process.exitCode = exitCode;
}
