import { type Amount, parseUsd, toUsd } from "@ai-config/config-core";

import type {
  AdmissionRequest,
  BudgetLimit,
  LimitName,
  ScopeLimits,
} from "../../src/admission/admission-store.ts";

interface Call {
  readonly id: string;
  readonly scopes: readonly string[];
  readonly admittedAt: number;
  /** The window of each budget that it was judged by. */
  readonly windows: readonly Window[];
  readonly reserve: Amount;
  endsAt: number;
  isSettled: boolean;
  /** When it was settled. */
  endedTurn: number | undefined;
  cost: Amount;
}

/** Of one scope. */
interface Window {
  readonly key: string;
  readonly scope: string;
  readonly start: number;
  readonly end: number;
}

/** Somebody asked under a rate, or was let in. */
interface BucketEvent {
  readonly at: number;
  readonly calls: 0 | 1;
  readonly perMinute: number;
}

/** A limit that stands against a call. */
export interface Standing {
  readonly limit: LimitName;
  readonly scope: string;
  readonly used: string;
  readonly waitMs: number;
  readonly isForEver?: boolean;
}

/** How long a limit stands; a slot may be free at any moment. */
export function durationOf({ limit, waitMs, isForEver }: Standing): number {
  if (isForEver) return Number.POSITIVE_INFINITY;
  return limit === "concurrentRequests" ? 0 : waitMs;
}

/** The one that stands for the longest in front, the first of equals. */
function byDuration(standing: readonly Standing[]): Standing[] {
  const longest = standing.reduce<Standing | undefined>(
    (one, next) => (one === undefined || durationOf(next) > durationOf(one) + 1 ? next : one),
    undefined,
  );
  return longest === undefined ? [] : [longest, ...standing.filter((one) => one !== longest)];
}

export type Verdict =
  | { readonly isAdmitted: true; readonly alerts: readonly string[] }
  | {
      readonly isAdmitted: false;
      /** The one to be named first. */
      readonly standing: readonly Standing[];
      readonly alerts: readonly string[];
    };

/**
 * What a store should answer, in the plainest way: it keeps every call there ever was and counts them anew for each
 * question.
 */
export class ModelOracle {
  now: number;
  readonly #hasLedger: boolean;
  /** When somebody was first judged by a window; nobody was yet where it is not here. */
  readonly #openedAt = new Map<string, number>();
  #turn = 0;
  readonly #calls = new Map<string, Call>();
  readonly #bucketEvents = new Map<string, BucketEvent[]>();
  readonly #alerted = new Set<string>();

  constructor(now: number, hasLedger: boolean) {
    this.now = now;
    this.#hasLedger = hasLedger;
  }

  admit(request: AdmissionRequest): Verdict {
    const known = this.#calls.get(request.id);
    if (known !== undefined && this.#isLive(known)) return { isAdmitted: true, alerts: [] };
    for (const { scope, rate } of request.scopes) {
      if (rate !== undefined) this.#note(scope.id, { calls: 0, perMinute: rate.perMinute });
    }
    this.#turn += 1;
    for (const limits of request.scopes) {
      for (const budget of limits.budgets) this.#open(this.#windowOf(limits, budget));
    }
    const standing = byDuration(this.#standing(request));
    const alerts = this.due(request);
    if (standing.length > 0) return { isAdmitted: false, standing, alerts };

    for (const { scope, rate } of request.scopes) {
      if (rate !== undefined) this.#note(scope.id, { calls: 1, perMinute: rate.perMinute });
    }
    this.#calls.set(request.id, {
      id: request.id,
      scopes: request.scopes.map(({ scope }) => scope.id),
      admittedAt: this.now,
      windows: request.scopes.flatMap((limits) =>
        limits.budgets.map((budget) => this.#windowOf(limits, budget)),
      ),
      endedTurn: undefined,
      reserve: parseUsd(request.reserve),
      endsAt: this.now + request.leaseMs,
      isSettled: false,
      cost: 0n,
    });
    return { isAdmitted: true, alerts };
  }

  /** Whether a call runs and is still within the windows that were given for it. */
  canRepeat({ id, scopes }: AdmissionRequest): boolean {
    const call = this.#calls.get(id);
    const budgets = scopes.flatMap((limits) => limits.budgets);
    return (
      call !== undefined &&
      this.#isLive(call) &&
      budgets.every((budget) => this.#findWindow(budget) !== undefined)
    );
  }

  /** Thresholds that are reached and were not told of. Now they are. */
  due(request: Pick<AdmissionRequest, "scopes">): string[] {
    return request.scopes.flatMap((limits) =>
      limits.budgets.flatMap((budget) => this.#due(limits, budget, this.#windowOf(limits, budget))),
    );
  }

  settle(request: AdmissionRequest, cost: string) {
    const call = this.#calls.get(request.id);
    if (call === undefined || call.isSettled) return { isBooked: false, wasLate: false, alerts: [] };
    const wasLate = !this.#isLive(call);
    this.#turn += 1;
    for (const window of call.windows) this.#open(window);
    call.isSettled = true;
    call.endedTurn = this.#turn;
    call.cost = parseUsd(cost);
    let next = 0;
    const alerts = request.scopes.flatMap((limits) =>
      limits.budgets.flatMap((budget) => this.#due(limits, budget, call.windows[next++] as Window)),
    );
    return { isBooked: true, wasLate, alerts };
  }

  renew(ids: readonly string[], leaseMs: number): string[] {
    return ids.filter((id) => {
      const call = this.#calls.get(id);
      if (call === undefined || !this.#isLive(call)) return false;
      call.endsAt = Math.max(call.endsAt, this.now + leaseMs);
      return true;
    });
  }

  figures(limits: ScopeLimits, budget: BudgetLimit) {
    const window = this.#windowOf(limits, budget);
    return { spent: toUsd(this.#spent(window)), reserved: toUsd(this.#reserved(window)) };
  }

  /** What every call of a scope cost, in whichever window. */
  total(scope: string): string {
    let sum = 0n;
    for (const call of this.#calls.values()) if (call.scopes.includes(scope)) sum += call.cost;
    return toUsd(sum);
  }

  /** Every limit that stands against a call, the user's in their order first. */
  #standing(request: AdmissionRequest): Standing[] {
    const standing: Standing[] = [];
    for (const limits of request.scopes) {
      const scope = limits.scope.id;
      if (limits.rate !== undefined) {
        const { perMinute, burst } = limits.rate;
        const inBucket = this.#inBucket(scope);
        if (inBucket > burst + 1e-9) {
          const waitMs = (inBucket - burst) * (60_000 / perMinute);
          const used = String(Math.ceil(inBucket - 1e-9));
          standing.push({ limit: "requestsPerMinute", scope, used, waitMs });
        }
      }
      const running = [...this.#calls.values()].filter(
        (call) => this.#isLive(call) && call.scopes.includes(scope),
      );
      if (limits.concurrency !== undefined && running.length >= limits.concurrency) {
        const used = String(running.length);
        standing.push({ limit: "concurrentRequests", scope, used, waitMs: 1_000 });
      }
      for (const budget of limits.budgets) {
        if (budget.enforcement === "warn") continue;
        const window = this.#windowOf(limits, budget);
        const taken = this.#spent(window) + this.#reserved(window);
        if (taken + parseUsd(request.reserve) <= parseUsd(budget.limit)) continue;
        const resetMs = this.#window(budget).end.getTime() - this.now;
        const isForEver = parseUsd(request.reserve) > parseUsd(budget.limit);
        const isHeld = this.#spent(window) + parseUsd(request.reserve) <= parseUsd(budget.limit);
        const waitMs = isHeld ? Math.min(1_000, resetMs) : resetMs;
        standing.push({ limit: `${budget.period}Budget`, scope, used: toUsd(taken), waitMs, isForEver });
      }
    }
    return standing;
  }

  #note(scope: string, event: Omit<BucketEvent, "at">): void {
    const events = this.#bucketEvents.get(scope) ?? [];
    events.push({ at: this.now, ...event });
    this.#bucketEvents.set(scope, events);
  }

  /** Calls leak out one after another, as from a bucket with a hole: as wide as whoever asked last said. */
  #inBucket(scope: string): number {
    let level = 0;
    let from = this.now;
    let width = 0;
    for (const { at, calls, perMinute } of this.#bucketEvents.get(scope) ?? []) {
      level = Math.max(0, level - ((at - from) / 60_000) * width) + calls;
      from = at;
      width = perMinute;
    }
    return Math.max(0, level - ((this.now - from) / 60_000) * width);
  }

  #isLive(call: Call): boolean {
    return !call.isSettled && call.endsAt > this.now;
  }

  #window(budget: BudgetLimit) {
    const window = this.#findWindow(budget);
    if (window === undefined) throw new Error("The test gave no window for this moment.");
    return window;
  }

  #findWindow({ windows }: BudgetLimit) {
    return windows.find(({ start, end }) => start.getTime() <= this.now && this.now < end.getTime());
  }

  #windowOf({ scope }: ScopeLimits, budget: BudgetLimit): Window {
    const [start, end] = [this.#window(budget).start.getTime(), this.#window(budget).end.getTime()];
    return { key: `${scope.id} ${budget.period} ${start}`, scope: scope.id, start, end };
  }

  #open({ key }: Window): void {
    if (!this.#openedAt.has(key)) this.#openedAt.set(key, this.#turn);
  }

  /** A call counts in every window of its scopes that it was admitted in, whichever it was judged by. */
  #isIn({ scopes, admittedAt }: Call, { scope, start, end }: Window): boolean {
    return scopes.includes(scope) && start <= admittedAt && admittedAt < end;
  }

  #spent(window: Window): Amount {
    let sum = 0n;
    const openedAt = this.#openedAt.get(window.key) ?? Number.POSITIVE_INFINITY;
    for (const call of this.#calls.values()) {
      const isKnown = this.#hasLedger || (call.endedTurn ?? 0) >= openedAt;
      if (call.isSettled && isKnown && this.#isIn(call, window)) sum += call.cost;
    }
    return sum;
  }

  #reserved(window: Window): Amount {
    let sum = 0n;
    for (const call of this.#calls.values()) {
      if (this.#isLive(call) && this.#isIn(call, window)) sum += call.reserve;
    }
    return sum;
  }

  #due({ scope }: ScopeLimits, { period, limit, thresholds }: BudgetLimit, window: Window): string[] {
    const spent = this.#spent(window);
    return thresholds
      .filter((threshold) => {
        const name = `${window.key} ${toUsd(parseUsd(limit))} ${threshold}`;
        // Thresholds of the test have two decimal places.
        const isReached = spent > 0n && spent * 100n >= parseUsd(limit) * BigInt(Math.round(threshold * 100));
        const isNew = isReached && !this.#alerted.has(name);
        if (isNew) this.#alerted.add(name);
        return isNew;
      })
      .map((threshold) => alertName(scope.id, period, threshold, limit));
  }
}

export function alertName(scope: string, period: string, threshold: number, limit: string): string {
  return `${scope} ${period} ${threshold} of ${toUsd(parseUsd(limit))}`;
}
