import { compareUsd, sumUsd, type Usd } from "@ai-config/config-core";

import type {
  Admission,
  AdmissionRequest,
  AdmissionStore,
  Refusal,
  Refused,
  ScopeLimits,
} from "./admission-store.ts";
import { scopeKey } from "./parsed-limits.ts";
import { type QueueTimers, systemTimers } from "./queue-timers.ts";

export interface FairQueueOptions {
  /** How many calls may wait, half of them one person's; further ones get their refusal at once. */
  readonly maxWaiting?: number;
  /** How often a waiting call asks again: another process may have freed something, or its limits have changed. */
  readonly pollMs?: number;
  readonly timers?: QueueTimers;
}

/** The calls of one process that wait for a limit. */
export interface FairQueue {
  /** Calls that wait, and those whose first answer is not there yet. */
  readonly waiting: number;
  /** To be called after each settlement: the next call that waits for one of these scopes is tried at once. */
  wake(scopes: readonly ScopeLimits[]): void;
  /** For `admitWithin`. */
  enter(store: AdmissionStore, request: AdmissionRequest, patience: Patience): Promise<Admission>;
}

export interface Patience {
  /** Milliseconds since 1970, by the clock of the queue. */
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
  /** The request under its limits of now, made for each try after the first. Unchanged unless given. */
  readonly renew?: (() => Promise<AdmissionRequest>) | undefined;
  /** Hears why the call waits, each time that is known anew. */
  readonly onWait?: ((refusal: Refusal) => void) | undefined;
}

/**
 * Waits for admission instead of being refused. Calls of one person are admitted in the order in which they came;
 * people who wait for the same organization take turns. When the deadline passes, the last refusal is the answer.
 * An abort rejects with its reason, except where the call was admitted at that very moment: the admission is the
 * caller's to settle.
 */
export function admitWithin(
  store: AdmissionStore,
  request: AdmissionRequest,
  { queue, ...patience }: Patience & { readonly queue: FairQueue },
): Promise<Admission> {
  return queue.enter(store, request, patience);
}

interface Waiter {
  readonly store: AdmissionStore;
  /** As it was made last. */
  request: AdmissionRequest;
  readonly patience: Patience;
  isTrying: boolean;
  /** The try that runs is the last. */
  isOver: boolean;
  answer(admission: Admission): void;
  fail(reason: unknown): void;
}

/** The waiting calls of one person, the first of which is tried. */
interface Line {
  readonly key: string;
  readonly waiters: Waiter[];
  block: Block;
}

/** A scope whose limit some people wait for, in the order of their turns. */
interface Block {
  readonly key: string;
  readonly lines: Set<Line>;
  refusal: Refusal;
  isDraining: boolean;
  isWoken: boolean;
  /** Undefined where none is set. */
  cancelTimer: (() => void) | undefined;
  /** When it goes off. */
  firesAt: number;
}

const MAX_WAITING = 1_000;
const POLL_MS = 1_000;

export function createFairQueue(options: FairQueueOptions = {}): FairQueue {
  const { maxWaiting = MAX_WAITING, pollMs = POLL_MS, timers = systemTimers } = options;
  const lines = new Map<string, Line>();
  const blocks = new Map<string, Block>();
  let waiting = 0;
  let asking = 0;
  let wakes = 0;

  async function enter(
    store: AdmissionStore,
    request: AdmissionRequest,
    patience: Patience,
  ): Promise<Admission> {
    patience.signal?.throwIfAborted();
    const ahead = lines.get(lineKey(request))?.block ?? sharedBlock(request);
    if (ahead !== undefined) return join(store, request, patience, ahead);

    const wakesBefore = wakes;
    asking += 1;
    const admission = await store.admit(request).finally(() => {
      asking -= 1;
    });
    if (admission.isAdmitted) return admission;
    patience.signal?.throwIfAborted();
    if (isHopeless(admission.refusal, request, patience)) return admission;
    // Another call of the same person may have begun to wait meanwhile.
    const block = lines.get(lineKey(request))?.block ?? blockOf(admission.refusal);
    const answer = join(store, request, patience, block);
    // What was freed while the store answered was freed for nobody.
    if (wakes !== wakesBefore) void drain(block);
    else if (!block.isDraining && block.lines.size > 0) arm(block);
    return answer;
  }

  /** Where a slot or a call a minute is short, whoever comes now comes after those who wait for it. */
  function sharedBlock({ scopes }: AdmissionRequest): Block | undefined {
    for (const { scope } of scopes) {
      const block = blocks.get(scopeKey(scope));
      if (block !== undefined && !isBudget(block.refusal)) return block;
    }
    return undefined;
  }

  function blockOf(refusal: Refusal): Block {
    const key = scopeKey(refusal.scope);
    let block = blocks.get(key);
    if (block === undefined) {
      block = {
        key,
        lines: new Set(),
        refusal,
        isDraining: false,
        isWoken: false,
        cancelTimer: undefined,
        firesAt: 0,
      };
      blocks.set(key, block);
    }
    block.refusal = refusal;
    return block;
  }

  function join(
    store: AdmissionStore,
    request: AdmissionRequest,
    patience: Patience,
    block: Block,
  ): Promise<Admission> {
    const key = lineKey(request);
    // One person alone must not keep all others from waiting.
    const isFull = (lines.get(key)?.waiters.length ?? 0) >= Math.ceil(maxWaiting / 2);
    if (waiting >= maxWaiting || isFull) {
      drop(block);
      return Promise.resolve(refused(block.refusal));
    }
    const line = lines.get(key) ?? { key, waiters: [], block };
    lines.set(key, line);
    line.block.lines.add(line);
    patience.onWait?.(line.block.refusal);

    return new Promise((resolve, reject) => {
      const { deadline, signal } = patience;
      const onAbort = () => end(line, waiter);
      const cancel = timers.schedule(() => end(line, waiter), deadline - timers.now());
      const leave = () => {
        cancel();
        signal?.removeEventListener("abort", onAbort);
        waiting -= 1;
        line.waiters.splice(line.waiters.indexOf(waiter), 1);
        if (line.waiters.length > 0) return;
        lines.delete(key);
        line.block.lines.delete(line);
        drop(line.block);
      };
      const waiter: Waiter = {
        store,
        request,
        patience,
        isTrying: false,
        isOver: false,
        answer(admission) {
          leave();
          resolve(admission);
        },
        fail(reason) {
          leave();
          reject(reason);
        },
      };
      waiting += 1;
      line.waiters.push(waiter);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  /** The deadline has passed or the caller has gone: at once, or as soon as the store has answered. */
  function end(line: Line, waiter: Waiter): void {
    waiter.isOver = true;
    if (waiter.isTrying) return;
    const { signal } = waiter.patience;
    if (signal?.aborted) waiter.fail(signal.reason);
    else waiter.answer(refused(line.block.refusal));
  }

  function drop(block: Block): void {
    if (block.lines.size > 0 || block.isDraining) return;
    disarm(block);
    if (blocks.get(block.key) === block) blocks.delete(block.key);
  }

  function disarm(block: Block): void {
    block.cancelTimer?.();
    block.cancelTimer = undefined;
  }

  /** A timer that goes off sooner stays: who comes more often than it would put it off for ever. */
  function arm(block: Block): void {
    const wait = Math.max(1, Math.min(block.refusal.retryAfterMs, pollMs));
    const firesAt = timers.now() + wait;
    if (block.cancelTimer !== undefined && block.firesAt <= firesAt) return;
    disarm(block);
    block.firesAt = firesAt;
    block.cancelTimer = timers.schedule(() => void drain(block), wait);
  }

  /** Tries those who wait for a scope, one after the other, until it is exhausted again. */
  async function drain(block: Block): Promise<void> {
    block.isWoken = true;
    if (block.isDraining) return;
    block.isDraining = true;
    disarm(block);
    while (block.isWoken && block.lines.size > 0) {
      block.isWoken = false;
      await takeTurns(block);
    }
    block.isDraining = false;
    if (block.lines.size > 0) arm(block);
    else drop(block);
  }

  async function takeTurns(block: Block): Promise<void> {
    let tooDear: Usd | undefined;
    // Who gets a turn goes to the end, and comes again in the same loop.
    for (const line of block.lines) {
      const waiter = line.waiters[0];
      if (waiter === undefined) continue;
      if (tooDear !== undefined && compareUsd(waiter.request.reserve, tooDear) >= 0) continue;
      const refusal = await tryOne(waiter);
      if (refusal === undefined) {
        if (block.lines.delete(line) && line.waiters.length > 0) block.lines.add(line);
        continue;
      }
      if (scopeKey(refusal.scope) !== block.key) {
        moveTo(blockOf(refusal), line);
        continue;
      }
      block.refusal = refusal;
      // A budget may have room for a cheaper call; slots and calls are all the same.
      if (!isBudget(refusal)) return;
      tooDear = waiter.request.reserve;
    }
  }

  /** Answers a refusal where the call goes on waiting. */
  async function tryOne(waiter: Waiter): Promise<Refusal | undefined> {
    const { renew, onWait, signal } = waiter.patience;
    waiter.isTrying = true;
    let admission: Admission;
    try {
      if (renew !== undefined) {
        waiter.request = await renew();
        signal?.throwIfAborted();
      }
      admission = await waiter.store.admit(waiter.request);
    } catch (error) {
      waiter.fail(error);
      return undefined;
    }
    waiter.isTrying = false;
    if (admission.isAdmitted) waiter.answer(admission);
    else if (signal?.aborted) waiter.fail(signal.reason);
    else if (waiter.isOver || isHopeless(admission.refusal, waiter.request, waiter.patience))
      waiter.answer(admission);
    else {
      onWait?.(admission.refusal);
      return admission.refusal;
    }
    return undefined;
  }

  function moveTo(block: Block, line: Line): void {
    line.block.lines.delete(line);
    line.block = block;
    block.lines.add(line);
    if (!block.isDraining) arm(block);
  }

  /** Whether nothing that another call does can make room before the deadline. */
  function isHopeless(
    { limit, retryAfterMs, budget }: Refusal,
    { reserve }: AdmissionRequest,
    { deadline }: Patience,
  ): boolean {
    const left = deadline - timers.now();
    if (left <= 0) return true;
    if (budget !== undefined && compareUsd(reserve, budget.limit) > 0) return true;
    if (retryAfterMs <= left || limit === "concurrentRequests") return false;
    // What others hold may be free again, what is spent is not.
    return budget === undefined || compareUsd(sumUsd([budget.spent, reserve]), budget.limit) > 0;
  }

  return {
    get waiting() {
      return waiting + asking;
    },
    wake(scopes) {
      wakes += 1;
      for (const { scope } of scopes) {
        const block = blocks.get(scopeKey(scope));
        if (block !== undefined) void drain(block);
      }
    },
    enter,
  };
}

function lineKey({ id, scopes }: AdmissionRequest): string {
  const [first] = scopes;
  return first === undefined ? id : scopeKey(first.scope);
}

function isBudget({ budget }: Refusal): boolean {
  return budget !== undefined;
}

/** Whatever alerts came with it were told when it came. */
function refused(refusal: Refusal): Refused {
  return { isAdmitted: false, refusal, alerts: [] };
}
