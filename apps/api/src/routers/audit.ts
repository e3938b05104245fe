import { listAudit, verifyAudit } from "@ai-config/config-service";
import * as z from "zod";

import { callerProcedure, router } from "../trpc.ts";
import { ownerInput, ownerOf } from "./owner.ts";

export const auditRouter = router({
  list: callerProcedure("audit:read")
    .input(
      z.strictObject({
        owner: ownerInput,
        before: z.string().max(100).nullish(),
        limit: z.int().min(1).max(200).optional(),
      }),
    )
    .query(({ ctx: { service, actor }, input: { owner, ...page } }) =>
      listAudit(service, { ...page, actor, owner: ownerOf(owner, actor) }),
    ),

  /** Whether nobody altered, removed or reordered entries. */
  verify: callerProcedure("audit:read")
    .input(z.strictObject({ owner: ownerInput }))
    .query(({ ctx: { service, actor }, input: { owner } }) =>
      verifyAudit(service, { actor, owner: ownerOf(owner, actor) }),
    ),
});
