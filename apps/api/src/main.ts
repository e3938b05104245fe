import { ERROR_CATALOGUE } from "@ai-config/config-core";

import { EnvError, readEnv } from "./env.ts";
import { EX_CONFIG, explainFailure, type Failure } from "./explain-failure.ts";
import { createLog, outliveLog, reportBug } from "./log.ts";
import { start } from "./start.ts";

/** npm, a shell and a terminal may each pass on the same Ctrl-C; only a later one means "at once". */
const SAME_SIGNAL_MS = 1_000;

await main();

async function main(): Promise<void> {
  outliveLog();
  const say = (line: string) => console.log(line);
  const env = readOrExit();
  const log = createLog(env.logLevel);
  process.on("unhandledRejection", (error) => reportBug(log, error, undefined));

  let stopping: number | undefined;
  const starting = start(env, log, say);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (stopping === undefined) {
        stopping = Date.now();
        say("  Stopping: calls that run have a few seconds left. Once more ends them at once.");
        void starting
          .then((product) => product.stop())
          .then(
            () => process.exit(0),
            () => process.exit(1),
          );
      } else if (Date.now() - stopping > SAME_SIGNAL_MS) {
        process.exit(1);
      }
    });
  }
  try {
    const product = await starting;
    if (product.isWaiting) {
      say(`  AI Config listens at ${product.url} and waits. ${ERROR_CATALOGUE.DATABASE_UNAVAILABLE.message}`);
    }
    welcome(product.url, await product.ready, say);
  } catch (error) {
    // A process that goes down while it waits has nothing to complain about.
    if (stopping !== undefined) return;
    const { sentence, exitCode } = explain(error, env.port);
    console.error(sentence);
    process.exit(exitCode);
  }
}

function readOrExit() {
  try {
    return readEnv(process.env);
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    console.error(`AI Config cannot start with these settings:\n${error.message}`);
    process.exit(EX_CONFIG);
  }
}

function welcome(
  url: string,
  { firstAccountUrl }: { firstAccountUrl: string | null },
  say: (line: string) => void,
): void {
  say("");
  say(`  AI Config is ready at ${url}`);
  say(
    firstAccountUrl === null
      ? `  Sign in at ${url}/sign-in`
      : `  There is no account yet. Create the first one at ${firstAccountUrl}`,
  );
  say("  Stop with Ctrl-C.");
  say("");
}

function explain(error: unknown, port: number): Failure {
  if ((error as { code?: unknown } | null)?.code !== "EADDRINUSE") return explainFailure(error);
  return {
    sentence: `Port ${port} is already in use. Stop what listens there, or choose another: PORT=4000 npm start`,
    exitCode: 1,
  };
}
