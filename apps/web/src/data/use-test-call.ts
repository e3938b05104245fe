import { type RouterOutputs, trpc } from "../lib/trpc.ts";

export type TestAnswer = RouterOutputs["claude"]["test"];

/** One small call under the person's own configuration. */
export function useTestCall() {
  const utils = trpc.useUtils();
  return trpc.claude.test.useMutation({
    // After a refusal too: an answer that broke off has its price.
    onSettled: () => Promise.all([utils.budget.invalidate(), utils.alerts.invalidate()]),
  });
}
