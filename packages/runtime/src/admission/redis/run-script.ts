import { AIConfigError } from "@ai-config/config-core";

import type { LuaScript } from "./scripts/lua-script.ts";

/**
 * Sends one command and answers what Redis said. With the `redis` package `(command) => client.sendCommand(command)`,
 * with `ioredis` or `iovalkey` `([name, ...args]) => client.call(name, ...args)`.
 */
export type SendCommand = (command: string[]) => Promise<unknown>;

/** Sends a command. Throws DATABASE_UNAVAILABLE where the server is away or refuses. */
export async function askServer(send: SendCommand, command: string[]): Promise<unknown> {
  try {
    return await send(command);
  } catch (error) {
    throw unavailable(error);
  }
}

/**
 * Runs a script by its hash. A server that does not know it, as after a restart, is sent the text once. Throws
 * DATABASE_UNAVAILABLE where nothing is decided, because the server is away or refuses.
 */
export async function runScript(
  send: SendCommand,
  { sha, source }: LuaScript,
  prefix: string,
  args: readonly string[],
): Promise<string[]> {
  try {
    return (await send(["EVALSHA", sha, "1", prefix, ...args])) as string[];
  } catch (error) {
    if (wordOf(error) !== "NOSCRIPT") throw unavailable(error);
  }
  return (await askServer(send, ["EVAL", source, "1", prefix, ...args])) as string[];
}

/** Without the cause, since clients put what was sent into it; with the word that a server begins its refusals with. */
function unavailable(error: unknown): AIConfigError {
  const word = wordOf(error);
  const what = word === undefined ? "cannot be reached" : `answers ${word}`;
  const message = `Redis, where limits are counted, ${what}. Try again in a moment.`;
  return new AIConfigError("DATABASE_UNAVAILABLE", { message });
}

function wordOf(error: unknown): string | undefined {
  return error instanceof Error ? /^[A-Z]{2,20}(?= |$)/.exec(error.message)?.[0] : undefined;
}
