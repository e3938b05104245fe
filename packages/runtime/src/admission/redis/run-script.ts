import type { LuaScript } from "./lua-scripts.ts";

/**
 * Sends one command and answers what Redis said. With the `redis` package `(command) => client.sendCommand(command)`,
 * with `ioredis` or `iovalkey` `([name, ...args]) => client.call(name, ...args)`.
 */
export type SendCommand = (command: string[]) => Promise<unknown>;

/** Runs a script by its hash. A server that does not know it, as after a restart, is sent the text once. */
export async function runScript(
  send: SendCommand,
  { sha, source }: LuaScript,
  prefix: string,
  args: readonly string[],
): Promise<string[]> {
  try {
    return (await send(["EVALSHA", sha, "1", prefix, ...args])) as string[];
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
    return (await send(["EVAL", source, "1", prefix, ...args])) as string[];
  }
}
