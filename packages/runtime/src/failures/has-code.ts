/** The SDK's error, that of `fetch`, and what that failed of; whoever wraps `fetch` may add its own. */
export const CAUSES_MAX = 8;

/** Whether an error, or what caused it, has one of these codes. */
export function hasCode(error: unknown, codes: ReadonlySet<unknown>): boolean {
  let cause: unknown = error;
  for (let depth = 0; depth < CAUSES_MAX && cause instanceof Error; depth += 1) {
    if (codes.has((cause as { code?: unknown }).code)) return true;
    cause = cause.cause;
  }
  return false;
}
