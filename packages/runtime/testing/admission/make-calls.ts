import { sumUsd } from "@ai-config/config-core";

import type { AdmissionStore, ScopeLimits } from "../../src/admission/admission-store.ts";
import { ask, settle } from "./admission-kit.ts";

/** What one process among several is to do. */
export interface CallPlan {
  readonly calls: number;
  readonly leaseMs: number;
  /** Leaves every call open, and waits to be killed. */
  readonly isLost: boolean;
}

export interface CallsMade {
  readonly spent: string;
  readonly admitted: number;
  /** Scope and limit of each refusal, each once. */
  readonly refusedBy: readonly string[];
}

/** Makes all calls at once: some cost next to nothing, some nearly all that was reserved. */
export async function makeCalls(
  store: AdmissionStore,
  scopes: readonly ScopeLimits[],
  { calls, leaseMs, isLost }: CallPlan,
): Promise<CallsMade> {
  const costs: string[] = [];
  const refusedBy = new Set<string>();
  let admitted = 0;
  await Promise.all(
    Array.from({ length: calls }, async (_, index) => {
      const request = ask(scopes, { reserve: "0.0101", leaseMs });
      const admission = await store.admit(request);
      if (!admission.isAdmitted) {
        const { scope, limit } = admission.refusal;
        refusedBy.add(`${scope.kind} ${scope.id} ${limit}`);
        return;
      }
      admitted += 1;
      if (isLost) return;
      const cost = `0.0${String(((index * 37) % 100) + 1).padStart(3, "0")}7`;
      await settle(store, admission, request, cost);
      costs.push(cost);
    }),
  );
  return { spent: sumUsd(costs), admitted, refusedBy: [...refusedBy] };
}
