import { type Amount, parseUsd, type Usd } from "@ai-config/config-core";

import type { Ledger, LedgerWindow } from "../../ledger/ledger.ts";
import type { LedgerEntry } from "../../ledger/ledger-entry.ts";
import { createGroupCommit } from "../group-commit.ts";
import { scopeKey } from "../parsed-limits.ts";
import type { Outbox } from "./outbox.ts";

/** What was spent in windows that Redis does not count yet. */
export interface OpeningSpend {
  /** Each window with what was spent in it. Throws DATABASE_UNAVAILABLE while the ledger is away. */
  read<Window extends LedgerWindow>(
    windows: readonly Window[],
  ): Promise<(Window & { readonly spent: Amount })[]>;
}

const BATCH_MAX = 500;

/**
 * Reads the ledger, after what waits for it is written there. Who asks at the same moment, as everybody does at
 * midnight, shares one question, in which each window is asked for once.
 */
export function createOpeningSpend({ outbox, ledger }: { outbox: Outbox; ledger: Ledger }): OpeningSpend {
  const questions = createGroupCommit(
    async (asked: readonly (readonly LedgerWindow[])[]) => {
      const windows = new Map(asked.flat().map((window) => [windowKey(window), window]));
      await outbox.flush(isOf([...windows.values()]));
      const amounts = await ledger.spentIn([...windows.values()]);
      const spent = new Map([...windows.keys()].map((key, index) => [key, amounts[index] ?? ""]));
      return asked.map(() => spent);
    },
    { batchMax: BATCH_MAX, isOfOne: () => false },
  );
  return {
    async read(windows) {
      if (windows.length === 0) return [];
      const spent: ReadonlyMap<string, Usd> = await questions.add(windows);
      return windows.map((window) => ({ ...window, spent: parseUsd(spent.get(windowKey(window)) ?? "") }));
    },
  };
}

function windowKey({ scope, startsAt, resetsAt }: LedgerWindow): string {
  return `${scopeKey(scope)} ${startsAt.getTime()} ${resetsAt.getTime()}`;
}

/** Tells the entries of those whose windows they are. */
function isOf(windows: readonly LedgerWindow[]): (entry: LedgerEntry) => boolean {
  const scopes = new Set(windows.map(({ scope }) => scopeKey(scope)));
  return ({ userId, organizationId }) =>
    scopes.has(scopeKey({ kind: "user", id: userId })) ||
    (organizationId !== null && scopes.has(scopeKey({ kind: "organization", id: organizationId })));
}
