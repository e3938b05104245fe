import { withoutSecrets } from "@ai-config/config-core";
import { describeDatabaseError } from "@ai-config/db";
import { createMiddleware } from "hono/factory";
import { type Logger, pino } from "pino";

import type { ApiVariables } from "./http/guard.ts";

/** JSON lines on standard output. Whatever looks like a key is taken out of the finished line. */
export function createLog(level: string): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line: string) => void process.stdout.write(withoutSecrets(inPlainSigns(line))) },
  );
}

/** JSON leaves signs as they are that steer a terminal, or turn around what one reads there. */
const STEERING = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** The same JSON with such signs written as escapes. */
export function inPlainSigns(line: string): string {
  return line.replace(STEERING, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/**
 * Lets the process outlive its log: a full disk or a reader that went away costs the lines of that time, and nobody's
 * request. When there is room again, lines are written again.
 */
export function outliveLog(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
}

/** One line a request, of fields that were chosen: never headers, never bodies, no query. */
export function logRequests(log: Logger) {
  return createMiddleware<{ Variables: ApiVariables }>(async (c, next) => {
    const started = performance.now();
    await next();
    const details = {
      requestId: c.var.requestId,
      method: c.req.method,
      path: c.req.path,
      status: c.res.status,
      ms: Math.round((performance.now() - started) * 10) / 10,
    };
    if (c.res.status >= 500) log.error(details, "request");
    else if (c.req.path.startsWith("/api/")) log.info(details, "request");
    else log.debug(details, "request");
  });
}

/** Something nobody expected. */
export function reportBug(log: Logger, error: unknown, requestId: string | undefined): void {
  log.error({ requestId, ...describeFailure(error) }, "unexpected failure");
}

/** What a log may tell of a failure. Of a database error only what carries no values is told. */
export function describeFailure(error: unknown): Record<string, unknown> {
  const database = describeDatabaseError(error);
  if (database !== undefined) return { database };
  if (error instanceof Error) return { name: error.name, stack: error.stack };
  return { name: typeof error };
}
