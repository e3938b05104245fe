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
   * What to try where the first key is refused: the other slot of the same owner, or what is in the place of the first
   * where it was rotated into that slot meanwhile; undefined where there is none.
   */
  other(): Promise<KeyRoute | undefined>;
}

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
): (effective: EffectiveConfiguration, asker: Asker) => CallKeys {
  const known = new WeakMap<EffectiveConfiguration, CallKeys>();

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
    return {
      peek: () => first,
      async first() {
        first ??= await open(asker, "primary", slot);
        if (first === undefined) throw new AIConfigError("KEY_MISSING");
        return first;
      },
      async other() {
        other ??= openOther(asker, first);
        try {
          return await other;
        } catch (error) {
          other = undefined;
          throw error;
        }
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
