import { findModel } from "@ai-config/config-core";
import type { ServiceContext } from "@ai-config/config-service";
import type { Database } from "@ai-config/db";

import type { AdmissionStore, BudgetAlert } from "./admission/admission-store.ts";
import { tellAlerts } from "./admission/alerting-store.ts";
import { createFairQueue } from "./admission/fair-queue.ts";
import { invalidArgument } from "./admission/invalid-argument.ts";
import { createPostgresStore } from "./admission/postgres-store.ts";
import { systemTimers } from "./admission/queue-timers.ts";
import { type BudgetStatus, budgetsOf } from "./calls/budgets-of.ts";
import { CallEnded } from "./calls/call-guard.ts";
import { countCalls } from "./calls/calls-under-way.ts";
import { type Clock, steadyNow, systemClock } from "./calls/clock.ts";
import { createLeaseKeeper } from "./calls/lease-keeper.ts";
import { sweepLeases } from "./calls/lease-sweeper.ts";
import { createSettler } from "./calls/settle-surely.ts";
import { tellsOfOutage } from "./failures/tells-of-outage.ts";
import { type GovernedMessages, governMessages } from "./messages/governed-messages.ts";
import { plain } from "./plain-text.ts";
import { createCallKeys } from "./provider/call-keys.ts";
import { createKeyLanes } from "./provider/key-lanes.ts";
import { takeChain } from "./request/fallback-models.ts";
import type { Runtime } from "./runtime.ts";
import { isUuid } from "./uuid.ts";

export interface GovernedClaudeOptions {
  readonly service: ServiceContext;
  /** Where limits and budgets are counted: in Postgres unless told. */
  readonly store?: AdmissionStore;
  /** The database of limits and budgets, where it is not the service's own. */
  readonly db?: Database;
  /** Models that answer, in this order, where the configured one cannot. */
  readonly fallbackModels?: readonly string[];
  /** How long a call waits for a limit before it is refused; not at all unless told. */
  readonly limitWaitMs?: number;
  /** How long a call that crashed keeps what it held. */
  readonly leaseMs?: number;
  /** Hears of each budget threshold that this process is the one to find crossed. All of them are in `budget_alerts`. */
  readonly onAlert?: (alert: BudgetAlert) => void | Promise<void>;
  readonly clock?: Clock;
  readonly random?: () => number;
}

export interface ForUserOptions {
  /** Absent: the account's default organization, if it has one. */
  readonly organizationId?: string | null;
  readonly fallbackModels?: readonly string[];
}

/** What one account may use. */
export interface ClaudeForUser {
  /** As in the official SDK. */
  readonly messages: GovernedMessages;
  /**
   * What is spent, held and left of every budget that applies to its calls. Alerts that a lowered limit made due are
   * made, as by a call.
   */
  budgets(): Promise<readonly BudgetStatus[]>;
}

/** The official SDK under the configurations of this product. One for each process. */
export interface GovernedClaude {
  forUser(userId: string, options?: ForUserOptions): ClaudeForUser;
  /**
   * Lets no call begin any more and waits until the cost of every call is booked, for ten seconds at most: what still
   * runs after eight is ended, and what is not booked by then is logged with its ids. What was given stays open.
   */
  close(): Promise<void>;
}

const LEASE_MS = 60_000;
/** A sweep goes with each: shorter ones would keep the store busy with nothing else. */
const LEASE_MIN_MS = 10;
/** A timer takes a longer wait for none. */
const WAIT_MAX_MS = 2 ** 31 - 1;
const OPTIONS: readonly (keyof GovernedClaudeOptions)[] = [
  "service",
  "store",
  "db",
  "fallbackModels",
  "limitWaitMs",
  "leaseMs",
  "onAlert",
  "clock",
  "random",
];
const FOR_USER_OPTIONS: readonly (keyof ForUserOptions)[] = ["organizationId", "fallbackModels"];
const CLOSE_MS = 10_000;
/** Calls run on for the first part of it, and have a moment to settle. The rest is left to book what they cost. */
const CLOSING = { endAfterMs: 8_000, giveUpAfterMs: 9_000 };
/** The last part of it, in which the records of what was booked at the end are written. */
const RECORDS_MS = 500;

/** Holds every call to what its account's configuration says: settings, limits, budgets, retries and deadlines. */
export function createGovernedClaude(options: GovernedClaudeOptions): GovernedClaude {
  checkOptions(options, OPTIONS);
  checkWait("leaseMs", options.leaseMs, LEASE_MIN_MS);
  checkWait("limitWaitMs", options.limitWaitMs, 0);
  // The face over the verbs is at hand as well, and looks alike to whoever writes JavaScript.
  if (options.service?.cache === undefined)
    throw invalidArgument("service", "Must be what createServiceContext gives.");
  const { service, clock = systemClock, random = Math.random, leaseMs = LEASE_MS } = options;
  const { log } = service;
  for (const name of takeChain(options.fallbackModels)) {
    if (findModel(name, service.models) !== undefined) continue;
    // It may be newer than the catalogue, and a word that is written wrong would show only in an outage.
    log("warn", `The catalogue does not know the fallback model ${plain(name)}. Check its id.`, {
      code: "MODEL_UNKNOWN",
    });
  }
  const onAlert = async (alert: BudgetAlert) => {
    try {
      // Whoever listens may take time, and fail after that.
      await options.onAlert?.(alert);
    } catch (error) {
      log("error", "Who listens to budget alerts failed.", { error: String(error) });
    }
  };
  const store = tellAlerts(
    options.store ?? createPostgresStore({ database: options.db ?? service.database, log }),
    (alert) => void onAlert(alert),
  );
  const steady = () => steadyNow(clock);
  // Deadlines of waiting calls are told by this clock.
  const queue = createFairQueue({ timers: { now: steady, schedule: systemTimers.schedule } });
  const leases = createLeaseKeeper(store, leaseMs, log);
  const sweeper = sweepLeases(store, leaseMs, log);
  const lanesOf = createKeyLanes({
    baseUrl: service.environment.baseUrl,
    fetch: service.fetch,
    now: clock.now,
    steady,
    isOutage: (error) => tellsOfOutage(error, clock.now()),
    isUndecided: (error) => error instanceof CallEnded,
  });
  const runtime: Runtime = {
    service,
    store,
    queue,
    underWay: countCalls(),
    settler: createSettler(store, {
      log,
      onDone: ({ request }) => {
        leases.release(request.id);
        if (queue.waiting > 0) queue.wake(request.scopes);
      },
    }),
    leases,
    keysOf: createCallKeys(service, lanesOf, steady),
    clock,
    random,
    limitWaitMs: options.limitWaitMs ?? 0,
  };
  let closing: Promise<void> | undefined;
  return {
    forUser(userId, given = {}) {
      if (!isUuid(userId)) throw invalidArgument("userId", "Must be the id of an account, which is a uuid.");
      checkOptions(given, FOR_USER_OPTIONS);
      const { organizationId = null, fallbackModels = options.fallbackModels } = given;
      if (organizationId !== null && !isUuid(organizationId)) {
        throw invalidArgument(
          "organizationId",
          "Must be the id of an organization, which is a uuid, or null.",
        );
      }
      const asker = { userId, organizationId, fallbackModels: takeChain(fallbackModels) };
      return { messages: governMessages(runtime, asker), budgets: () => budgetsOf(runtime, asker) };
    },
    close() {
      closing ??= close();
      return closing;
    },
  };

  async function close(): Promise<void> {
    const endsAt = performance.now() + CLOSE_MS;
    await runtime.underWay.close(CLOSING);
    await runtime.settler.drain(endsAt - RECORDS_MS - performance.now());
    leases.close();
    sweeper.close();
    if (options.store === undefined) await store.close(endsAt - performance.now());
  }
}

function checkOptions(given: unknown, known: readonly string[]): void {
  if (typeof given !== "object" || given === null) throw invalidArgument("options", "Must be an object.");
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) throw invalidArgument(name, `Is no option. There are: ${known.join(", ")}.`);
  }
}

function checkWait(name: string, ms: unknown, min: number): void {
  if (ms === undefined || (typeof ms === "number" && ms >= min && ms <= WAIT_MAX_MS)) return;
  throw invalidArgument(name, `Must be a number of milliseconds from ${min} to ${WAIT_MAX_MS}.`);
}
