import { useMutation } from "@tanstack/react-query";
import { type RouterOutputs, trpc } from "../lib/trpc.ts";
import type { Owner } from "./owner.ts";

export type AuditVerdict = RouterOutputs["audit"]["verify"];

/** Checks an owner's audit when asked to: every entry is read, which a page does not do by itself. */
export function useVerifyAudit(owner: Owner) {
  const { client } = trpc.useUtils();
  return useMutation({ mutationFn: () => client.audit.verify.query({ owner }) });
}
