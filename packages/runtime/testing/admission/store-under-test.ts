import { expect } from "vitest";

import type { AdmissionStore } from "../../src/admission/admission-store.ts";
import type { LedgerEntry } from "../../src/ledger/ledger-entry.ts";

/** A store with nothing in it, and what the suite needs to look behind it. */
export interface StoreUnderTest {
  readonly store: AdmissionStore;
  /** The same state as another process reaches it; the store itself where it is not shared. */
  readonly twin: AdmissionStore;
  /** What the store's clock shows, in milliseconds since 1970. */
  now(): Promise<number>;
  /**
   * Moves the store's clock forward. Where it cannot be moved, the suite is told so, and this waits. Time may also
   * pass by itself.
   */
  advance(ms: number): Promise<void>;
  /** Whether a window begins with what the ledger holds of it, or with what runs alone. */
  readonly hasLedger: boolean;
  /** All that was settled. */
  ledger(): Promise<readonly LedgerEntry[]>;
  /** Uuid of a scope, where the store wants them to exist. */
  makeId?(kind: "user" | "organization"): Promise<string>;
  close(): Promise<void>;
}

/** One test, with a store of its own. */
export type StoreTest = (name: string, body: (under: StoreUnderTest) => Promise<void>) => void;

/** What comes after a step, and how much the clock may have gone on by itself meanwhile. */
export async function timed<T>(
  under: StoreUnderTest,
  act: () => Promise<T>,
): Promise<{ value: T; before: number; after: number }> {
  const before = await under.now();
  const value = await act();
  return { value, before, after: await under.now() };
}

/** Holds a waiting time to the moment it leads to: exactly, where the clock stands still. */
export function expectWait(
  waitMs: number,
  until: { readonly earliest: number; readonly latest: number },
  asked: { readonly before: number; readonly after: number },
): void {
  expect(waitMs).toBeGreaterThanOrEqual(Math.ceil(until.earliest - asked.after));
  expect(waitMs).toBeLessThanOrEqual(Math.ceil(until.latest - asked.before));
}
