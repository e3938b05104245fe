import { AIConfigError } from "@ai-config/config-core";
import { isDatabaseUnavailable, wasOvertaken } from "@ai-config/db";
import { LRUCache } from "lru-cache";

import { asStale, type EffectiveConfiguration } from "../configuration/effective-configuration.ts";
import { announcedName } from "./announced-name.ts";

const TTL_MS = 5 * 60_000;
/** While the database is away, how soon the next read tries it again. */
const RETRY_MS = 2_000;
/** An account that is made is announced by nobody until something is stored for it. */
const UNKNOWN_TTL_MS = 2_000;
/** Until notifications are heard an entry can only be trusted for a moment. */
const UNANNOUNCED_TTL_MS = 2_000;
/** About 100 MB at the 10 kB that an explained configuration takes. */
const MAX_ENTRIES = 10_000;
/** Changes that keep arriving while one read runs: after so many the latest answer goes out and is not kept. */
const RELOADS_MAX = 5;

export interface CacheRequest {
  readonly userId: string;
  /** Absent: the account's default organization. */
  readonly organizationId?: string | null | undefined;
}

export interface ConfigurationCacheOptions {
  load(request: CacheRequest): Promise<EffectiveConfiguration>;
  /** What to answer when the database is away and nothing is known. */
  fallback(request: CacheRequest): EffectiveConfiguration;
  maxEntries?: number;
  ttlMs?: number;
  /** Milliseconds on a clock that never goes back. */
  now?: () => number;
}

export interface ConfigurationCache {
  /** The answer that is at hand, or undefined. Asks nobody. */
  peek(request: CacheRequest): EffectiveConfiguration | undefined;
  /** The answer that is at hand or the one being read just now; else reads it. */
  get(request: CacheRequest): Promise<EffectiveConfiguration>;
  forgetUser(userId: string): void;
  /** Forgets every answer that was resolved with this organization. */
  forgetOrganization(organizationId: string): void;
  /** Forgets as either of the above, of an owner whom only `announcedName` tells. */
  forgetAnnounced(type: "user" | "organization", name: string): void;
  /** Forgets everything, because what was announced may have been missed. */
  forgetAll(): void;
  /** Tells that the database answers, so that the next read asks it although it was away a moment ago. */
  noteReachable(): void;
  /** Whether announcements are heard. */
  setAnnounced(isAnnounced: boolean): void;
  readonly size: number;
}

/** The promise is made once, so that a hit allocates nothing. */
interface Entry {
  readonly value: EffectiveConfiguration;
  readonly promise: Promise<EffectiveConfiguration>;
  /** On the cache's clock. */
  readonly expiresAt: number;
}

/** Of so many hits one tells the library that its entry is in use; telling each costs as much as the hit. */
const HITS_PER_TOUCH = 32;
/** Asking the clock is most of a hit; half a second more or less of five minutes is nothing. */
const CLOCK_RESOLUTION_MS = 500;

/** Owners by the names they are announced by. */
interface Flight {
  readonly user: string;
  readonly organizations: Set<string>;
  isOutdated: boolean;
}

/**
 * Effective configurations by account. One read at a time for each; an entry lives five minutes at most and is
 * dropped by announcements. An answer read before a change is never kept after it.
 */
export function createConfigurationCache(options: ConfigurationCacheOptions): ConfigurationCache {
  const { load, fallback, maxEntries = MAX_ENTRIES, ttlMs = TTL_MS } = options;
  const now = options.now ?? (() => performance.now());
  const keysByUser = new Map<string, Set<string>>();
  const keysByOrganization = new Map<string, Set<string>>();
  const flights = new Map<string, Flight>();
  const lastGood = new LRUCache<string, EffectiveConfiguration>({ max: maxEntries });
  let isAnnounced = false;
  let unavailableUntil = Number.NEGATIVE_INFINITY;

  /** The library's entries once more, without its bookkeeping: what a hit reads. */
  const ready = new Map<string, Entry>();
  const coarseNow = options.now ?? coarseClock(now, CLOCK_RESOLUTION_MS);
  let untouchedHits = 0;

  const entries = new LRUCache<string, Entry, CacheRequest>({
    max: maxEntries,
    ttl: ttlMs,
    ttlResolution: options.now ? 0 : CLOCK_RESOLUTION_MS,
    ...(options.now && { perf: { now: options.now } }),
    onInsert: (entry, key) => {
      const { value } = entry;
      ready.set(key, entry);
      if (value.userId !== null) addTo(keysByUser, announcedName(value.userId), key);
      if (value.organizationId !== null) addTo(keysByOrganization, announcedName(value.organizationId), key);
    },
    dispose: (entry, key) => {
      const { value } = entry;
      if (ready.get(key) === entry) ready.delete(key);
      if (value.userId !== null) removeFrom(keysByUser, announcedName(value.userId), key);
      if (value.organizationId !== null)
        removeFrom(keysByOrganization, announcedName(value.organizationId), key);
    },
    // A read that is pushed out by others still answers whoever waits for it.
    ignoreFetchAbort: true,
    fetchMethod: async (key, _stale, { context: request, options: keep }) => {
      const { value, isSettled } = await loadSettled(key, request);
      if (!isSettled) keep.ttl = 1;
      else if (value.stale) keep.ttl = RETRY_MS;
      else if (!isAnnounced) keep.ttl = Math.min(ttlMs, UNANNOUNCED_TTL_MS);
      else if (value.isUnknownAccount) keep.ttl = Math.min(ttlMs, UNKNOWN_TTL_MS);
      const expiresAt = now() + (keep.ttl ?? ttlMs);
      return { value, promise: Promise.resolve(value), expiresAt };
    },
  });

  /** Reads until no change was announced during the reading. */
  async function loadSettled(
    key: string,
    request: CacheRequest,
  ): Promise<{ value: EffectiveConfiguration; isSettled: boolean }> {
    for (let reloads = 0; ; reloads += 1) {
      const flight: Flight = {
        user: announcedName(request.userId),
        organizations: new Set(),
        isOutdated: false,
      };
      flights.set(key, flight);
      try {
        const value = await loadOrLastGood(key, request);
        const isSettled =
          !flight.isOutdated &&
          (value.organizationId === null || !flight.organizations.has(announcedName(value.organizationId)));
        if (isSettled || reloads >= RELOADS_MAX) return { value, isSettled };
      } finally {
        flights.delete(key);
      }
    }
  }

  async function loadOrLastGood(key: string, request: CacheRequest): Promise<EffectiveConfiguration> {
    if (now() >= unavailableUntil) {
      try {
        const value = await load(request);
        unavailableUntil = Number.NEGATIVE_INFINITY;
        lastGood.set(key, value);
        return value;
      } catch (error) {
        if (wasOvertaken(error)) return lastGoodOrRefusal(key);
        if (!isDatabaseUnavailable(error)) {
          // The database answered, and the answer was no: what it said before no longer counts.
          lastGood.delete(key);
          throw error;
        }
        unavailableUntil = now() + RETRY_MS;
      }
    }
    const known = lastGood.get(key);
    return known === undefined ? fallback(request) : asStale(known);
  }

  /** Others were in the way of this one read. The database is there, so nothing else stands in for what it knows. */
  function lastGoodOrRefusal(key: string): EffectiveConfiguration {
    const known = lastGood.get(key);
    if (known === undefined) throw new AIConfigError("DATABASE_UNAVAILABLE");
    return asStale(known);
  }

  function forget(keys: Iterable<string> | undefined): void {
    // A running read stays: it has been told, and reads again before it answers.
    for (const key of [...(keys ?? [])]) if (!flights.has(key)) entries.delete(key);
  }

  function forgetAnnounced(type: "user" | "organization", name: string): void {
    if (type === "user") {
      for (const flight of flights.values()) if (flight.user === name) flight.isOutdated = true;
      forget(keysByUser.get(name));
    } else {
      for (const flight of flights.values()) flight.organizations.add(name);
      forget(keysByOrganization.get(name));
    }
  }

  function hit(key: string): Entry | undefined {
    const entry = ready.get(key);
    return entry !== undefined && coarseNow() <= entry.expiresAt ? entry : undefined;
  }

  return {
    peek: (request) => hit(keyOf(request))?.value,
    get(request) {
      const key = keyOf(request);
      const entry = hit(key);
      if (entry === undefined) return fetchEntry(key, request);
      untouchedHits += 1;
      if (untouchedHits === HITS_PER_TOUCH) {
        untouchedHits = 0;
        entries.get(key);
      }
      return entry.promise;
    },
    forgetUser: (userId) => forgetAnnounced("user", announcedName(userId)),
    forgetOrganization: (organizationId) => forgetAnnounced("organization", announcedName(organizationId)),
    forgetAnnounced,
    forgetAll() {
      for (const flight of flights.values()) flight.isOutdated = true;
      unavailableUntil = Number.NEGATIVE_INFINITY;
      forget(entries.keys());
    },
    noteReachable() {
      unavailableUntil = Number.NEGATIVE_INFINITY;
    },
    setAnnounced(value) {
      isAnnounced = value;
    },
    get size() {
      return entries.size;
    },
  };

  async function fetchEntry(key: string, request: CacheRequest): Promise<EffectiveConfiguration> {
    const entry = await entries.fetch(key, { context: request });
    return entry === undefined ? loadOrLastGood(key, request) : entry.value;
  }
}

/** A clock that is asked at most once in so many milliseconds. */
function coarseClock(now: () => number, resolutionMs: number): () => number {
  let moment: number | undefined;
  return () => {
    if (moment === undefined) {
      moment = now();
      const timer = setTimeout(() => {
        moment = undefined;
      }, resolutionMs);
      timer.unref();
    }
    return moment;
  };
}

/** The account's id alone in the common case, so that a hit builds no string. */
function keyOf({ userId, organizationId }: CacheRequest): string {
  return organizationId === null || organizationId === undefined ? userId : `${userId}/${organizationId}`;
}

function addTo(index: Map<string, Set<string>>, id: string, key: string): void {
  const keys = index.get(id);
  if (keys === undefined) index.set(id, new Set([key]));
  else keys.add(key);
}

function removeFrom(index: Map<string, Set<string>>, id: string, key: string): void {
  const keys = index.get(id);
  if (keys?.delete(key) && keys.size === 0) index.delete(id);
}
