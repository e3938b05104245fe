// npm run keys:rewrap: seals every stored key under the first master key of AI_CONFIG_ENCRYPTION_KEYS.
import { createKeyVault, rewrapKeys } from "@ai-config/config-service";
import { connect } from "@ai-config/db";

import { readEnv } from "./env.ts";
import { explainFailure } from "./explain-failure.ts";
import { startEmbedded } from "./start-embedded.ts";
import { explainLogin } from "./start-error.ts";

const undo: (() => Promise<unknown>)[] = [];
const say = (line: string) => console.log(line);
process.exitCode = await run();

async function run(): Promise<number> {
  try {
    const env = readEnv(process.env);
    const database = connect({
      url: env.databaseUrl ?? (await startEmbedded(env, undo, say)),
      maxConnections: 2,
      applicationName: "ai-config rewrap",
    });
    undo.push(() => database.close());
    const vault = createKeyVault(env.encryptionKeys, env.encryptionKeysFrom);
    const { rewrapped, unreadable } = await rewrapKeys({ database, vault }, ({ rewrapped: done, left }) =>
      say(`Sealed ${done} keys anew, ${left} to go.`),
    );
    say(`Sealed ${rewrapped} keys under the master key ${vault.primaryId}.`);
    if (unreadable === 0) return 0;
    say(
      `${unreadable} keys were sealed with a master key that is not in the ring. Add it, then run this again.`,
    );
    return 1;
  } catch (error) {
    const { sentence, exitCode } = explainFailure(explainLogin(error, "DATABASE_URL"));
    console.error(sentence);
    return exitCode;
  } finally {
    for (const step of undo.splice(0).reverse()) await step();
  }
}
