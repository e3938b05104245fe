import type { Settlement } from "./admission-store.ts";

/** Of a log line. */
export const IDS_MAX = 100;

/** Enough to find the calls and to book them by hand. */
export function toldSettlements(settlements: readonly Settlement[]): Record<string, unknown> {
  const calls = settlements.slice(0, IDS_MAX).map(({ request, cost }) => ({ id: request.id, cost }));
  return { count: settlements.length, calls };
}
