import { useInfiniteQuery } from "@tanstack/react-query";
import { getQueryKey } from "@trpc/react-query";
import { type RouterOutputs, trpc } from "../lib/trpc.ts";
import type { Owner } from "./owner.ts";

export type BudgetStatus = RouterOutputs["budget"]["status"];
export type Budget = BudgetStatus["budgets"][number];
export type BudgetAlert = RouterOutputs["alerts"]["list"]["alerts"][number];

const alertsPerPage = 20;
/** Calls of other processes count too, and nobody tells the page of them. */
const refreshMs = 30_000;

/** What is spent, held and left of every budget that the person's calls count against. */
export function useBudgets(organizationId: string | undefined) {
  return trpc.budget.status.useQuery({ organizationId }, { refetchInterval: refreshMs });
}

/** Thresholds that were crossed, latest first, page by page. */
export function useBudgetAlerts(owner: Owner) {
  const { client } = trpc.useUtils();
  return useInfiniteQuery({
    queryKey: getQueryKey(trpc.alerts.list, { owner }, "infinite"),
    queryFn: ({ pageParam, signal }) =>
      client.alerts.list.query({ owner, before: pageParam, limit: alertsPerPage }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: refreshMs,
  });
}
