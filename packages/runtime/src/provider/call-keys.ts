import { AIConfigError } from "@ai-config/config-core";
import { type EffectiveConfiguration, openApiKey, type ServiceContext } from "@ai-config/config-service";

import type { Route } from "../calls/attempt-loop.ts";
import type { KeySlotName } from "../calls/attempt-report.ts";
import type { KeyLanes } from "./key-lanes.ts";

/** A key with its client. */
export interface KeyRoute extends Route, KeyLanes {}

/** On whose keys an account's calls run. */
export interface CallKeys {
  /** At hand already. */
  peek(): KeyRoute | undefined;
  first(): Promise<KeyRoute>;
  /**
   * What to try where a key is refused: the other slot of the same owner, or what is in the place of the first where it
   * was rotated into that slot meanwhile; undefined where there is none. For some minutes the other slot is the one that
   * is at hand then.
   */
  other(refused: KeyRoute): Promise<KeyRoute | undefined>;
}

/** So long a key that was refused is not asked first: whoever put it right has not stored it anew. */
const REFUSED_MS = 5 * 60_000;

interface Asker {
  readonly userId: string;
  readonly organizationId: string | null;
}

/**
 * Opens keys once for each effective configuration: a key that is stored, rotated or revoked makes another one, so
 * none is used longer than its configuration.
 */
export function createCallKeys(
  service: ServiceContext,
  lanesOf: (key: NonNullable<Awaited<ReturnType<typeof openApiKey>>>) => KeyLanes,
  now: () => number,
): (effective: EffectiveConfiguration, asker: Asker) => CallKeys {
  const known = new WeakMap<EffectiveConfiguration, CallKeys>();
  /** By the client, of which each key has one. */
  const refusedUntil = new WeakMap<KeyRoute["client"], number>();
  const isRefused = ({ client }: KeyRoute) => (refusedUntil.get(client) ?? 0) > now();

  async function open(
    { userId, organizationId }: Asker,
    slot: "primary" | "secondary",
    keySlot: KeySlotName,
  ): Promise<KeyRoute | undefined> {
    const key = await openApiKey(service, { userId, organizationId, slot });
    return key === null ? undefined : { keySlot, ...lanesOf(key) };
  }

  /** A key has one client, so nothing of the key itself is looked at. */
  async function openOther(asker: Asker, first: KeyRoute | undefined): Promise<KeyRoute | undefined> {
    const secondary = await open(asker, "secondary", "secondary");
    if (secondary === undefined || secondary.client !== first?.client) return secondary;
    const present = await open(asker, "primary", "primary");
    return present?.client === first.client ? undefined : present;
  }

  function keysOf(effective: EffectiveConfiguration, asker: Asker): CallKeys {
    const { source } = effective.sources["apiKeys.primaryKey"];
    const slot = source === "environment" ? "environment" : "primary";
    let first: KeyRoute | undefined;
    let other: Promise<KeyRoute | undefined> | undefined;
    /** Once it was looked for; null where there is none. */
    let secondary: KeyRoute | null | undefined;

    async function openedOther(): Promise<KeyRoute | undefined> {
      other ??= openOther(asker, first);
      try {
        const found = await other;
        secondary = found?.keySlot === "secondary" ? found : null;
        return found;
      } catch (error) {
        other = undefined;
        throw error;
      }
    }

    /** Of the keys that are open: the first one that was not refused of late. Undefined where one has to be opened. */
    function atHand(): KeyRoute | undefined {
      if (first === undefined || !isRefused(first)) return first;
      if (secondary === undefined) return undefined;
      return secondary === null || isRefused(secondary) ? first : secondary;
    }

    return {
      peek: atHand,
      async first() {
        first ??= await open(asker, "primary", slot);
        if (first === undefined) throw new AIConfigError("KEY_MISSING");
        // Where the other one cannot be opened, the refused one may have become good again.
        if (isRefused(first)) await openedOther().catch(() => undefined);
        return atHand() ?? first;
      },
      async other(refused) {
        refusedUntil.set(refused.client, now() + REFUSED_MS);
        return refused === secondary ? first : openedOther();
      },
    };
  }

  return (effective, asker) => {
    let keys = known.get(effective);
    if (keys === undefined) {
      keys = keysOf(effective, asker);
      known.set(effective, keys);
    }
    return keys;
  };
}
