import { randomUUID } from "node:crypto";

import { AIConfigError, type Amount, parseUsd } from "@ai-config/config-core";
import { logToConsole } from "@ai-config/config-service";

import { errorCode } from "../../failures/error-code.ts";
import type { Ledger } from "../../ledger/ledger.ts";
import type {
  Admission,
  AdmissionRequest,
  AdmissionStore,
  Admitted,
  BudgetState,
  Reviewed,
  ScopeLimits,
  Settled,
  Settlement,
} from "../admission-store.ts";
import { budgetState } from "../budget-state.ts";
import { invalidArgument } from "../invalid-argument.ts";
import { type ParsedBudget, type ParsedWindow, parseLimits, scopeKey } from "../parsed-limits.ts";
import { noWindow } from "../window-at.ts";
import { createOpeningSpend } from "./opening-spend.ts";
import { createOutbox } from "./outbox.ts";
import { packEntry } from "./outbox-item.ts";
import { type NewWindow, readAlerts, readNewWindows, readRefusal, readStates } from "./read-answer.ts";
import { runScript, type SendCommand } from "./run-script.ts";
import { scriptLimits, scriptSum, scriptThresholds, scriptUsd, windowName } from "./script-arguments.ts";
import { ADMIT } from "./scripts/admit.ts";
import type { LuaScript } from "./scripts/lua-script.ts";
import { RENEW } from "./scripts/renew.ts";
import { REVIEW } from "./scripts/review.ts";
import { SETTLE } from "./scripts/settle.ts";
import { STATUS } from "./scripts/status.ts";
import { SWEEP } from "./scripts/sweep.ts";

export interface RedisStoreOptions {
  readonly send: SendCommand;
  /** Where entries and alerts are kept, and windows begin from, such as `createPostgresLedger`. */
  readonly ledger: Ledger;
  /** Told where one could not be written, as the console is otherwise. It is kept in Redis, and `sweep` tries again. */
  readonly onWriteError?: (error: unknown) => void;
  /**
   * What all keys begin with. A hash tag in it keeps them on one node of a cluster, since a call is admitted for
   * a person and an organization in one step.
   */
  readonly prefix?: string;
  /**
   * How long a settled id is remembered, so that its call is not booked twice. Of one that comes later the ledger is
   * asked.
   */
  readonly settledMs?: number;
  /** Only for tests: the time by which to judge, instead of the server's own. */
  readonly now?: () => number;
}

const HOUR_MS = 3_600_000;
/** How long the counters of an ended window take late settlements. */
const KEPT_MS = 24 * HOUR_MS;
const SWEEP_AT_ONCE = 500;
/** How long the ledger may be slower than the calls that are settled under former limits. */
const OPENING_MS = 5_000;

/** Limits and budgets in Redis or Valkey, for many processes with thousands of calls a second. */
export function createRedisStore(options: RedisStoreOptions): AdmissionStore {
  const {
    send,
    ledger,
    onWriteError = warnOfWrite,
    prefix = "{ai-config}",
    settledMs = HOUR_MS,
    now,
  } = options;
  if (!/^[\w:{}.-]+$/.test(prefix))
    throw invalidArgument("prefix", "Must be letters, digits and any of _:{}.-");
  const clock = now ?? Date.now;
  const outbox = createOutbox({
    send,
    key: `${prefix}:outbox`,
    ledger,
    onWriteError,
    now: clock,
  });
  const opening = createOpeningSpend({ outbox, ledger });
  /** With a number, a word that nobody else has used. */
  const self = randomUUID();
  let asked = 0;

  const run = (script: LuaScript, args: readonly string[]) =>
    runScript(send, script, prefix, [now === undefined ? "" : String(now()), ...args]);

  async function admit(request: AdmissionRequest): Promise<Admission> {
    const { id, scopes, leaseMs } = request;
    checkLease(leaseMs);
    const reserve = scriptUsd("reserve", request.reserve);
    const budgets = budgetsOf(scopes);
    const [verdict, ...rest] = await askWithWindows(budgets, (told) =>
      run(ADMIT, [id, reserve, String(leaseMs), String(KEPT_MS), ...told, ...scopes.map(scriptLimits)]),
    );
    if (verdict === "settled")
      throw invalidArgument("id", "This admission is settled. Make a new id for a new call.");
    const admission =
      verdict === "refused" ? readRefusal(scopes, budgets, rest) : admitted(id, budgets, rest);
    void outbox.deliverAlerts(admission.alerts);
    return admission;
  }

  /**
   * Asks a script, and again with what the ledger holds of the windows that it does not count yet: JSON of what was spent
   * in them, by "scope window", and a word that was never used. Each settlement meanwhile makes it begin anew.
   */
  async function askWithWindows(
    budgets: readonly ParsedBudget[],
    ask: (told: readonly [spentBefore: string, word: string]) => Promise<string[]>,
  ): Promise<string[]> {
    const spentBefore: Record<string, readonly [word: string, spent: string]> = {};
    for (const end = performance.now() + OPENING_MS; ; ) {
      asked += 1;
      const answer = await ask([JSON.stringify(spentBefore), `${self}-${asked}`]);
      const [verdict, first = ""] = answer;
      if (verdict === "no window") throw noWindow(budgets[Number(first)]?.period);
      if (verdict !== "new windows") return answer;
      if (performance.now() >= end) throw new AIConfigError("DATABASE_UNAVAILABLE");
      const opened = await opening.read(readNewWindows(budgets, first));
      for (const { scope, budget, window, word, spent } of opened)
        spentBefore[`${scopeKey(scope)} ${windowName(budget, window)}`] = [word, scriptSum(spent)];
    }
  }

  async function settle({ admission, request, cost, entry }: Settlement): Promise<Settled> {
    const budgets: ParsedBudget[] = [];
    const before = new Map<number, BudgetState>();
    const counted: string[] = [];
    for (const { key, budgets: given } of request.scopes.map(parseLimits)) {
      const windows: string[] = [];
      for (const budget of given) {
        const state = admittedState(admission, budget);
        if (state === undefined) continue;
        const window = windowOf(state);
        windows.push(windowName(budget, window), scriptThresholds(budget));
        before.set(budgets.length, state);
        budgets.push({ ...budget, windows: [window] });
      }
      counted.push(key, String(windows.length / 2), ...windows);
    }
    const exactEntry = { ...entry, cost };
    const book = (verdict: "" | "new" | "kept") =>
      run(SETTLE, [
        admission.id,
        scriptUsd("cost", cost),
        String(settledMs),
        String(KEPT_MS),
        packEntry(exactEntry, clock()),
        verdict,
        String(entry.startedAt.getTime()),
        ...counted,
      ]);
    let answer = await book("");
    if (answer[0] === "ask the ledger") answer = await book((await ledger.has(entry.id)) ? "kept" : "new");
    const [isBooked, wasLate, figures = "", alerts = ""] = answer;
    if (isBooked === "1") outbox.deliverEntry(exactEntry);
    const due = readAlerts(budgets, alerts);
    void outbox.deliverAlerts(due);
    return {
      isBooked: isBooked === "1",
      wasLate: wasLate === "1",
      budgets: readStates(budgets, figures, before),
      alerts: due,
    };
  }

  async function renew(ids: readonly string[], leaseMs: number): Promise<readonly string[]> {
    checkLease(leaseMs);
    return ids.length === 0 ? [] : run(RENEW, [String(leaseMs), ...ids]);
  }

  async function sweep(): Promise<number> {
    let freed = 0;
    for (;;) {
      const [count, found] = await run(SWEEP, [String(SWEEP_AT_ONCE)]);
      freed += Number(count);
      if (Number(found) < SWEEP_AT_ONCE) break;
    }
    await outbox.redeliver();
    return freed;
  }

  async function status(scopes: readonly ScopeLimits[]): Promise<readonly BudgetState[]> {
    const budgets = budgetsOf(scopes);
    const [verdict, figures = "", untold = ""] = await run(STATUS, scopes.map(scriptLimits));
    if (verdict === "no window") throw noWindow(budgets[Number(figures)]?.period);
    const opened = await opening.read(readNewWindows(budgets, untold));
    return readStates(budgets, figures, uncountedStates(opened));
  }

  async function review(scopes: readonly ScopeLimits[]): Promise<Reviewed> {
    const budgets = budgetsOf(scopes);
    const ask = (told: readonly [spentBefore: string, word: string]) =>
      run(REVIEW, [String(KEPT_MS), ...told, ...scopes.map(scriptLimits)]);
    const [verdict, figures = "", untold = "", due = ""] = await ask(["{}", ""]);
    if (verdict === "no window") throw noWindow(budgets[Number(figures)]?.period);
    const alerts = readAlerts(budgets, due);
    // Whoever looks, unlike a call, has time until the alerts are where they are looked up.
    await outbox.deliverAlerts(alerts);
    const opened = await opening.read(readNewWindows(budgets, untold));
    if (!opened.some(({ budget, spent }) => budget.thresholds.some(({ dueAt }) => dueAt <= spent)))
      return { budgets: readStates(budgets, figures, uncountedStates(opened)), alerts };
    // A window is begun where something is to be remembered of it, so that who never called leaves no trace.
    const [, figuresThen = "", , dueThen = ""] = await askWithWindows(budgets, ask);
    const alertsThen = readAlerts(budgets, dueThen);
    await outbox.deliverAlerts(alertsThen);
    return { budgets: readStates(budgets, figuresThen), alerts: [...alerts, ...alertsThen] };
  }

  return { admit, settle, renew, sweep, status, review, close: () => outbox.settle() };
}

function admitted(
  id: string,
  budgets: readonly ParsedBudget[],
  [figures = "", alerts = ""]: readonly string[],
): Admitted {
  return {
    isAdmitted: true,
    id,
    budgets: readStates(budgets, figures),
    alerts: readAlerts(budgets, alerts),
  };
}

/** The figures of windows that are not counted yet, by the place of their budgets. */
function uncountedStates(
  opened: readonly (NewWindow & { readonly spent: Amount })[],
): ReadonlyMap<number, BudgetState> {
  const states = opened.map(
    // Its word is what runs and will join the window.
    ({ index, budget, window, word, spent }) =>
      [index, budgetState(budget, { ...window, spent, taken: spent + parseUsd(word) })] as const,
  );
  return new Map(states);
}

function checkLease(leaseMs: number): void {
  if (!(leaseMs > 0)) throw invalidArgument("leaseMs", "Must be more than 0.");
}

function budgetsOf(scopes: readonly ScopeLimits[]): readonly ParsedBudget[] {
  return scopes.flatMap((limits) => parseLimits(limits).budgets);
}

/** What an admission told of a budget. */
function admittedState({ budgets }: Admitted, { scope, period }: ParsedBudget): BudgetState | undefined {
  return budgets.find((one) => one.period === period && scopeKey(one.scope) === scopeKey(scope));
}

function windowOf({ startsAt, resetsAt }: BudgetState): ParsedWindow {
  return { startsAt, resetsAt, startMs: startsAt.getTime(), endMs: resetsAt.getTime() };
}

function warnOfWrite(error: unknown): void {
  logToConsole("warn", "The record of a call waits in Redis until the ledger takes it.", {
    code: "RECORDS_LATE",
    cause: errorCode(error),
  });
}
