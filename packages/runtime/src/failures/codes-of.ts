/** The SDK's error, that of `fetch`, and what that failed of; whoever wraps `fetch` may add its own. */
export const CAUSES_MAX = 8;

/** Whether an error, or what caused it, has one of these codes. */
export function hasCode(error: unknown, codes: ReadonlySet<unknown>): boolean {
  for (const code of codesOf(error)) if (codes.has(code)) return true;
  return false;
}

/** The first code of an error or of what caused it, as `ENOTFOUND`. */
export function codeIn(error: unknown): string | undefined {
  for (const code of codesOf(error)) if (typeof code === "string") return code;
  return undefined;
}

function* codesOf(error: unknown): Generator<unknown> {
  let cause: unknown = error;
  for (let depth = 0; depth < CAUSES_MAX && cause instanceof Error; depth += 1) {
    yield (cause as { code?: unknown }).code;
    cause = cause.cause;
  }
}
