import { useMutation } from "@tanstack/react-query";
import { useRef } from "react";
import { type RouterInputs, type RouterOutputs, trpc } from "../lib/trpc.ts";
import { rereadBudgets } from "./reread-budgets.ts";

export type TestAnswer = RouterOutputs["claude"]["test"];

/** One small call under the person's own configuration; `stop` gives it up, and the server with it. */
export function useTestCall() {
  const utils = trpc.useUtils();
  const underWay = useRef<AbortController>(null);
  const call = useMutation({
    mutationFn: async (input: RouterInputs["claude"]["test"]): Promise<TestAnswer | "stopped"> => {
      const controller = new AbortController();
      underWay.current = controller;
      try {
        return await utils.client.claude.test.mutate(input, { signal: controller.signal });
      } catch (error) {
        if (controller.signal.aborted) return "stopped";
        throw error;
      }
    },
    // What governed it may be newer than what is shown, and the answer is read beside that.
    onSuccess: () => utils.configuration.effective.invalidate(),
    // After a refusal too: an answer that broke off has its price.
    onSettled: () => rereadBudgets(utils),
  });
  return { ...call, stop: () => underWay.current?.abort() };
}
