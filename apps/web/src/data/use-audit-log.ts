import { useInfiniteQuery } from "@tanstack/react-query";
import { getQueryKey } from "@trpc/react-query";
import { type RouterOutputs, trpc } from "../lib/trpc.ts";
import type { Owner } from "./owner.ts";

export type AuditEntry = RouterOutputs["audit"]["list"]["entries"][number];

const entriesPerPage = 30;

/** The changes of an owner, newest first, page by page. */
export function useAuditLog(owner: Owner) {
  const { client } = trpc.useUtils();
  return useInfiniteQuery({
    queryKey: getQueryKey(trpc.audit.list, { owner }, "infinite"),
    queryFn: ({ pageParam, signal }) =>
      client.audit.list.query({ owner, before: pageParam, limit: entriesPerPage }, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
}
