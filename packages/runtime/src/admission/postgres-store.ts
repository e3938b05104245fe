import { AIConfigError } from "@ai-config/config-core";
import { type Log, logToConsole } from "@ai-config/config-service";
import { type Database, isDatabaseUnavailable, sqlStateOf, wasOvertaken } from "@ai-config/db";

import { checkEntry } from "../ledger/check-entry.ts";
import { isUuid } from "../uuid.ts";
import type {
  Admission,
  AdmissionRequest,
  AdmissionStore,
  BudgetState,
  Reviewed,
  ScopeLimits,
  Settled,
  Settlement,
} from "./admission-store.ts";
import { createGroupCommit } from "./group-commit.ts";
import { invalidArgument } from "./invalid-argument.ts";
import { amountOf, parseLimits } from "./parsed-limits.ts";
import { isTallied, readAdmissions, readReview, readSettlements, readStatus } from "./postgres-answers.ts";
import {
  admissionBatch,
  loneCall,
  loneSettlement,
  reviewBatch,
  settlementBatch,
  statusQuery,
} from "./postgres-batch.ts";
import { systemTimers } from "./queue-timers.ts";
import { createRecordWriter } from "./record-writer.ts";
import { waitAtMost } from "./wait-at-most.ts";

/** Enough to share a transaction well, few enough that nobody waits long for the others of a batch. */
const BATCH_MAX = 128;
/** A scope is one of a call's user and one of its organization. */
const SCOPES_MAX = 2;
/** How long a process that ends waits for a database that is away. */
const CLOSE_MS = 5_000;
const PREPARED = { prepare: true };
const WRITE_RECORDS = "select private.write_settled_calls($1::uuid[]) as answer";
const WRITE_WAITING = "select private.write_pending_calls(null) as answer";
/** Serialization failure and deadlock: the same batch may well pass the next time. */
const WORTH_REPEATING = new Set(["40001", "40P01"]);
const ATTEMPTS_MAX = 4;
const BATCHES = {
  batchMax: BATCH_MAX,
  // Whatever else fails than the database may be in what one of them sent.
  isOfOne: (error: unknown) => !(error instanceof AIConfigError),
};

export interface PostgresStoreOptions {
  readonly database: Database;
  /** Hears of records that could not be written; the console unless told. */
  readonly log?: Log;
}

/**
 * Limits and budgets in Postgres, so that any number of processes on any machines agree. Calls that ask at the same
 * moment share a statement; each gets its own exact answer. A settlement counts for everybody when it is answered; its
 * record is in the ledger, and all of it on disk, a moment later.
 */
export function createPostgresStore({ database, log = logToConsole }: PostgresStoreOptions): AdmissionStore {
  const client = database.db.$client;

  /** One statement; a database that is away, or has no time for it, refuses what was asked. */
  async function ask(statement: string, values: (string | number | string[] | null)[]): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const [row] = await client.unsafe<{ answer: unknown }[]>(statement, values, PREPARED);
        return row?.answer;
      } catch (error) {
        if (WORTH_REPEATING.has(sqlStateOf(error) ?? "") && attempt < ATTEMPTS_MAX) continue;
        // Without the cause, which holds the statement and its values.
        if (isDatabaseUnavailable(error) || wasOvertaken(error))
          throw new AIConfigError("DATABASE_UNAVAILABLE");
        throw error;
      }
    }
  }

  const askJson = async (statement: string, ...texts: string[]): Promise<unknown> =>
    JSON.parse((await ask(statement, texts)) as string);

  const admissions = createGroupCommit(async (requests: readonly AdmissionRequest[]) => {
    const { text, places } = admissionBatch(requests);
    const [first] = requests;
    const lone = requests.length === 1 && first !== undefined ? loneCall(first) : undefined;
    const answer = await (lone === undefined
      ? askJson("select private.admit_calls($1) as answer", text)
      : askJson("select private.admit_call($1, $2) as answer", lone, text));
    return readAdmissions(requests, places, answer);
  }, BATCHES);
  const settlements = createGroupCommit(async (given: readonly Settlement[]) => {
    const { places, answer } = await settleBatch(given);
    if (isTallied(answer)) records.add(given);
    return readSettlements(given, places, answer);
  }, BATCHES);

  async function settleBatch(given: readonly Settlement[]) {
    const [first] = given;
    const lone = given.length === 1 && first !== undefined ? loneSettlement(first) : undefined;
    if (lone !== undefined) {
      const places = [first?.request.scopes.map((_, place) => place) ?? []];
      return { places, answer: await askJson("select private.settle_call($1, $2, $3) as answer", ...lone) };
    }
    const { text, places } = settlementBatch(given);
    return { places, answer: await askJson("select private.settle_calls($1) as answer", text) };
  }

  const records = createRecordWriter({
    write: async (ids) => (await ask(WRITE_RECORDS, [[...ids]])) as string[],
    settleAgain: async (settlement) => void (await settlements.add(settlement)),
    log,
  });

  return {
    admit: async (request): Promise<Admission> => {
      checkRequest(request);
      const admission = await admissions.add(request);
      if (admission instanceof AIConfigError) throw admission;
      return admission;
    },
    settle: async (settlement): Promise<Settled> => {
      amountOf("cost", settlement.cost);
      checkEntry(settlement.entry);
      return settlements.add(settlement);
    },
    renew: async (ids, leaseMs) => {
      checkLease(leaseMs);
      return (await ask("select private.renew_calls($1::uuid[], $2) as answer", [
        [...ids],
        leaseMs,
      ])) as string[];
    },
    sweep: async () => {
      // Of processes that ended before they wrote them.
      while (((await ask(WRITE_WAITING, [])) as number) > 0);
      let freed = 0;
      for (;;) {
        const part = (await ask("select private.sweep_calls() as answer", [])) as number;
        if (part === 0) return freed;
        freed += part;
      }
    },
    status: async (scopes: readonly ScopeLimits[]): Promise<BudgetState[]> =>
      readStatus(
        scopes,
        (await askJson("select private.budget_figures($1) as answer", statusQuery(scopes))) as unknown[],
      ),
    review: async (scopes: readonly ScopeLimits[]): Promise<Reviewed> =>
      readReview(
        scopes,
        await askJson(
          "select private.review_budgets($1, $2) as answer",
          reviewBatch(scopes),
          statusQuery(scopes),
        ),
      ),
    close: async (withinMs = CLOSE_MS) => {
      const end = performance.now() + withinMs;
      // A statement that is under way may wait for a connection that went silent; the records need not.
      await waitAtMost(systemTimers, withinMs / 2, Promise.all([admissions.idle(), settlements.idle()]));
      await records.close(end - performance.now());
    },
  };
}

/** What cannot be judged is refused alone: in a batch it would take the others along. */
function checkRequest({ id, scopes, reserve, leaseMs }: AdmissionRequest): void {
  if (!isUuid(id)) throw invalidArgument("id", "Must be a uuid.");
  checkLease(leaseMs);
  amountOf("reserve", reserve);
  if (scopes.length < 1 || scopes.length > SCOPES_MAX) {
    throw invalidArgument("scopes", "Must be the user's, the organization's, or both.");
  }
  for (const limits of scopes) parseLimits(limits);
}

function checkLease(leaseMs: number): void {
  if (!(leaseMs > 0)) throw invalidArgument("leaseMs", "Must be more than 0.");
}
