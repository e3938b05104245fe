import { type BudgetPeriod, parseUsd, toUsd } from "@ai-config/config-core";

import type { LedgerEntry } from "../../ledger/ledger-entry.ts";
import type { BudgetAlert, Scope } from "../admission-store.ts";
import { scopeKey, thresholdKey } from "../parsed-limits.ts";
import { windowName } from "./script-arguments.ts";

/** What waits for the ledger. */
export type OutboxItem = { readonly entry: LedgerEntry } | { readonly alert: BudgetAlert };

/** What a process put here that knew of the last request id alone. */
interface Former {
  readonly anthropicRequestId?: string | null;
}

/** An entry as it waits under its id. */
export function packEntry(entry: LedgerEntry, at: number): string {
  return JSON.stringify({ at, entry });
}

const ALERT = "alert";

/** Where an alert waits: the scripts put it there themselves, as "time spent". */
export function alertField({ scope, period, threshold, limit, startsAt, resetsAt }: BudgetAlert): string {
  const window = windowName({ period }, { startMs: startsAt.getTime(), endMs: resetsAt.getTime() });
  return [ALERT, scopeKey(scope), window, thresholdKey(parseUsd(limit), threshold)].join(" ");
}

/** What waits in a field of the outbox, and since when. */
export function readItem(field: string, value: string): { readonly at: number; readonly item: OutboxItem } {
  if (field.startsWith(`${ALERT} `)) return readAlert(field, value);
  const { at, entry } = JSON.parse(value) as { at: number; entry: LedgerEntry & Former };
  const { anthropicRequestId, ...rest } = entry;
  const { anthropicRequestIds = [anthropicRequestId ?? []].flat() } = entry;
  return { at, item: { entry: { ...rest, anthropicRequestIds, startedAt: new Date(entry.startedAt) } } };
}

function readAlert(field: string, value: string) {
  const [, scope = "", window = "", key = ""] = field.split(" ");
  const [kind, id] = scope.split(":") as [Scope["kind"], string];
  const [period, startMs, endMs] = window.split(":") as [BudgetPeriod, string, string];
  const [limit = "", threshold] = key.split(":");
  const [at, spent = ""] = value.split(" ");
  const alert: BudgetAlert = {
    scope: { kind, id },
    period,
    threshold: Number(threshold),
    limit: toUsd(BigInt(limit)),
    spent: toUsd(parseUsd(spent)),
    startsAt: new Date(Number(startMs)),
    resetsAt: new Date(Number(endMs)),
  };
  return { at: Number(at), item: { alert } };
}
