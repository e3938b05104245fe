import type { LedgerEntry } from "../ledger/ledger-entry.ts";
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
import { budgetState } from "./budget-state.ts";
import { invalidArgument } from "./invalid-argument.ts";
import { MemoryAdmitted, MemorySettled, newAlerts } from "./memory-answers.ts";
import { judge } from "./memory-judge.ts";
import {
  adaptBucket,
  addOpenWindows,
  countersOf,
  findCounters,
  isIdle,
  type Lease,
  type MemoryScope,
  type MemoryWindow,
  newScope,
  release,
  reservedIn,
  takeCall,
} from "./memory-scope.ts";
import { amountOf, type ParsedBudget, type ParsedLimits, parseLimits, scopeKey } from "./parsed-limits.ts";
import { recentIds } from "./recent-ids.ts";
import { windowAt } from "./window-at.ts";

export interface MemoryStoreOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Takes each settled call, since memory is no place for a ledger. */
  readonly writeEntry?: (entry: LedgerEntry) => void;
}

/** How many settled calls are remembered, so that none is booked twice. */
const SETTLED_IDS = 10_000;
const SCOPES_BEFORE_PRUNING = 1_024;

/** Limits and budgets of one process, for tests and single-process tools: they end with it. */
export function createMemoryStore(options: MemoryStoreOptions = {}): AdmissionStore {
  const { now = Date.now, writeEntry = () => {} } = options;
  const scopes = new Map<string, MemoryScope>();
  const leases = new Map<string, Lease>();
  const settled = recentIds(SETTLED_IDS);
  /** No lease ends before this moment. */
  let firstEnd = Number.POSITIVE_INFINITY;
  let pruneAt = SCOPES_BEFORE_PRUNING;

  function scopeOf(key: string): MemoryScope {
    const known = scopes.get(key);
    if (known !== undefined) return known;
    const made = newScope(key);
    scopes.set(key, made);
    return made;
  }

  /** Before a call is looked at, never between its scopes: one that holds nothing yet would be dropped. */
  function makeRoom(at: number): void {
    if (scopes.size >= pruneAt) prune(at);
  }

  function prune(at: number): void {
    for (const [key, scope] of scopes) if (isIdle(scope, at)) scopes.delete(key);
    pruneAt = Math.max(SCOPES_BEFORE_PRUNING, scopes.size * 2);
  }

  function freeExpired(at: number): number {
    if (at < firstEnd) return 0;
    const before = leases.size;
    firstEnd = Number.POSITIVE_INFINITY;
    for (const lease of leases.values()) {
      if (lease.endsAt <= at) {
        leases.delete(lease.id);
        release(lease, 0n);
      } else if (lease.endsAt < firstEnd) firstEnd = lease.endsAt;
    }
    return before - leases.size;
  }

  function admit(request: AdmissionRequest): Admission {
    const at = now();
    freeExpired(at);
    makeRoom(at);
    const { id, leaseMs } = request;
    const known = leases.get(id);
    if (known !== undefined)
      return known.answer.alerts.length > 0 ? { ...known.answer, alerts: [] } : known.answer;
    if (settled.has(id))
      throw invalidArgument("id", "This admission is settled. Make a new id for a new call.");
    if (!(leaseMs > 0)) throw invalidArgument("leaseMs", "Must be more than 0.");
    const reserve = amountOf("reserve", request.reserve);

    const limits: ParsedLimits[] = [];
    const held: MemoryScope[] = [];
    const budgets: ParsedBudget[] = [];
    const windows: MemoryWindow[] = [];
    for (const given of request.scopes) {
      const parsed = parseLimits(given);
      const scope = scopeOf(parsed.key);
      if (parsed.rate !== undefined) adaptBucket(scope, parsed.rate, at);
      limits.push(parsed);
      held.push(scope);
      for (const budget of parsed.budgets) {
        budgets.push(budget);
        windows.push(countersOf(scope, budget.period, windowAt(budget, at), at));
      }
    }

    const refusal = judge({ at, leaseMs, reserve, limits, scopes: held, windows });
    const alerts = newAlerts(budgets, windows);
    if (refusal !== undefined) return { isAdmitted: false, refusal, alerts };

    for (let index = 0; index < limits.length; index += 1) {
      const rate = limits[index]?.rate;
      if (rate !== undefined) takeCall(held[index] as MemoryScope, rate, at);
    }
    const counted: MemoryWindow[] = [];
    for (const scope of held) addOpenWindows(counted, scope, at);
    // One that is told with another end than it was made with may not be open any more.
    for (const window of windows) if (!counted.includes(window)) counted.push(window);
    for (const window of counted) {
      window.taken += reserve;
      window.holders += 1;
    }
    const answer = new MemoryAdmitted(id, budgets, windows, alerts);
    const own = { id, reserve, scopes: held, budgets, windows, counted };
    const lease: Lease = { ...own, admittedAt: at, endsAt: at + leaseMs, answer };
    leases.set(id, lease);
    for (const scope of held) scope.leases.add(lease);
    if (lease.endsAt < firstEnd) firstEnd = lease.endsAt;
    return answer;
  }

  /** Where a call counts whose lease has ended. */
  function booked(
    { admission, request, entry }: Settlement,
    at: number,
  ): Pick<Lease, "budgets" | "windows" | "counted"> {
    const budgets: ParsedBudget[] = [];
    const windows: MemoryWindow[] = [];
    const counted: MemoryWindow[] = [];
    for (const limits of request.scopes) {
      const { key, budgets: own } = parseLimits(limits);
      // It may have begun a moment before the windows that it was admitted in.
      let callAt = entry.startedAt.getTime();
      for (const budget of own) {
        const state = admission.budgets.find(
          ({ scope, period }) => period === budget.period && scopeKey(scope) === key,
        );
        if (state === undefined) continue;
        const { startsAt, resetsAt } = state;
        const window = { startsAt, resetsAt, startMs: startsAt.getTime(), endMs: resetsAt.getTime() };
        callAt = Math.max(callAt, window.startMs);
        budgets.push(budget);
        windows.push(countersOf(scopeOf(key), budget.period, window, at));
      }
      addOpenWindows(counted, scopeOf(key), callAt);
    }
    return { budgets, windows, counted: [...new Set([...windows, ...counted])] };
  }

  function settle(settlement: Settlement): Settled {
    const at = now();
    freeExpired(at);
    makeRoom(at);
    const { id } = settlement.admission;
    const cost = amountOf("cost", settlement.cost);
    const lease = leases.get(id);
    const { budgets, windows, counted } = lease ?? booked(settlement, at);
    // What is settled holds no lease any more.
    if (lease === undefined && settled.has(id))
      return new MemorySettled({ isBooked: false, wasLate: false }, budgets, windows, []);
    if (lease !== undefined) {
      leases.delete(id);
      release(lease, cost);
    }
    for (const window of counted) {
      window.spent += cost;
      if (lease === undefined) window.taken += cost;
    }
    settled.add(id);
    writeEntry({ ...settlement.entry, cost: settlement.cost });
    const alerts = newAlerts(budgets, windows);
    return new MemorySettled({ isBooked: true, wasLate: lease === undefined }, budgets, windows, alerts);
  }

  function renew(ids: readonly string[], leaseMs: number): string[] {
    const at = now();
    freeExpired(at);
    if (!(leaseMs > 0)) throw invalidArgument("leaseMs", "Must be more than 0.");
    return ids.filter((id) => {
      const lease = leases.get(id);
      if (lease !== undefined) lease.endsAt = Math.max(lease.endsAt, at + leaseMs);
      return lease !== undefined;
    });
  }

  function sweep(): number {
    const at = now();
    const freed = freeExpired(at);
    prune(at);
    return freed;
  }

  function status(given: readonly ScopeLimits[]): BudgetState[] {
    const at = now();
    freeExpired(at);
    return given.map(parseLimits).flatMap(({ key, budgets }) =>
      budgets.map((budget) => {
        const window = windowAt(budget, at);
        const scope = scopes.get(key);
        const counters = scope && findCounters(scope, budget.period, window.startMs);
        const taken = scope && counters === undefined ? reservedIn(scope, window) : 0n;
        return budgetState(budget, { ...window, ...(counters ?? { spent: 0n, taken }) });
      }),
    );
  }

  function review(given: readonly ScopeLimits[]): Reviewed {
    const at = now();
    const budgets: ParsedBudget[] = [];
    const windows: MemoryWindow[] = [];
    for (const parsed of given.map(parseLimits)) {
      const scope = scopes.get(parsed.key);
      for (const budget of parsed.budgets) {
        // Where nothing is counted nothing is due, and no counters are made for it.
        const counters = scope && findCounters(scope, budget.period, windowAt(budget, at).startMs);
        if (counters === undefined) continue;
        budgets.push(budget);
        windows.push(counters);
      }
    }
    return { budgets: status(given), alerts: newAlerts(budgets, windows) };
  }

  return {
    admit: async (request) => admit(request),
    settle: async (settlement) => settle(settlement),
    renew: async (ids, leaseMs) => renew(ids, leaseMs),
    sweep: async () => sweep(),
    status: async (given) => status(given),
    review: async (given) => review(given),
    close: async () => {
      scopes.clear();
      leases.clear();
    },
  };
}
