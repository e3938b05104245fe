import { createHash } from "node:crypto";
import type { Secret } from "@ai-config/config-core";
import { LRUCache } from "lru-cache";

import { type Breaker, type BreakerOptions, createBreaker } from "./circuit-breaker.ts";
import type { LeanClient } from "./lean-client.ts";
import { createRateGate, type GateClocks, type RateGate } from "./rate-gate.ts";
import { createSdkClient, type SdkClientOptions } from "./sdk-client.ts";

/** Anthropic limits counting tokens apart from messages, so one must not hold the other up. */
export type LaneKind = "message" | "count";

/** What is remembered of one key, model and kind of request, whoever calls with it. */
export interface Lane {
  readonly breaker: Breaker;
  readonly gate: RateGate;
}

/** A key that calls can be made with. */
export interface KeyLanes {
  readonly client: LeanClient;
  lane(model: string, kind: LaneKind): Lane;
}

export interface KeyLanesOptions extends SdkClientOptions, BreakerOptions, GateClocks {}

const KEYS_MAX = 1_000;
const LANES_MAX = 128;

/** The lanes of each key, for those keys that were used last. The key itself is in its client alone. */
export function createKeyLanes(options: KeyLanesOptions): (key: Secret) => KeyLanes {
  const byFingerprint = new LRUCache<string, KeyLanes>({ max: KEYS_MAX });
  const bySecret = new WeakMap<Secret, KeyLanes>();
  return (key) => {
    const known = bySecret.get(key);
    if (known !== undefined) return known;
    const fingerprint = createHash("sha256").update(key.reveal()).digest("base64url");
    const lanes = byFingerprint.get(fingerprint) ?? makeLanes(key, options);
    byFingerprint.set(fingerprint, lanes);
    bySecret.set(key, lanes);
    return lanes;
  };
}

function makeLanes(key: Secret, options: KeyLanesOptions): KeyLanes {
  const known = new LRUCache<string, Lane>({ max: LANES_MAX });
  return {
    client: createSdkClient(key, options),
    lane(model, kind) {
      const name = `${kind} ${model}`;
      let lane = known.get(name);
      if (lane === undefined) {
        lane = { breaker: createBreaker(options), gate: createRateGate(options) };
        known.set(name, lane);
      }
      return lane;
    },
  };
}
