import type { AdmissionStore, BudgetAlert } from "./admission-store.ts";

/**
 * The same store, of whose answers every alert is told as soon as they are here: a store tells of each once, and
 * whoever asked may have left or may ask again without passing the answer on.
 */
export function tellAlerts(store: AdmissionStore, onAlert: (alert: BudgetAlert) => void): AdmissionStore {
  function told<Answer extends { readonly alerts: readonly BudgetAlert[] }>(answer: Answer): Answer {
    for (const alert of answer.alerts) onAlert(alert);
    return answer;
  }
  return {
    admit: async (request) => told(await store.admit(request)),
    settle: async (settlement) => told(await store.settle(settlement)),
    renew: (ids, leaseMs) => store.renew(ids, leaseMs),
    sweep: () => store.sweep(),
    status: (scopes) => store.status(scopes),
    review: async (scopes) => told(await store.review(scopes)),
    close: (withinMs) => store.close(withinMs),
  };
}
