// npm run db:migrate: brings a database to the newest schema and makes the login that serves requests.
import { migrate } from "@ai-config/db";

import { EX_CONFIG } from "./env.ts";

const url = process.env.MIGRATION_DATABASE_URL;
if (!url) {
  console.error("MIGRATION_DATABASE_URL: Must be set to a connection as the owner of the schema.");
  process.exit(EX_CONFIG);
}
const appPassword = process.env.AI_CONFIG_APP_PASSWORD;
const { applied } = await migrate({ url, appPassword, log: (line) => console.log(line) });
if (applied === 0) console.log("The database is up to date.");
if (!appPassword) console.log("Set AI_CONFIG_APP_PASSWORD to make or change the login ai_config_app.");
