import { listAlerts } from "@ai-config/config-service";
import * as z from "zod";

import { callerProcedure, router } from "../trpc.ts";
import { ownerInput, ownerOf } from "./owner.ts";

export const alertsRouter = router({
  /** Thresholds of budgets that were crossed, latest first. */
  list: callerProcedure("usage:read")
    .input(
      z.strictObject({
        owner: ownerInput,
        before: z.string().regex(z.regexes.uuid(), "Must be the end of a former page.").nullish(),
        limit: z.int().min(1).max(200).optional(),
      }),
    )
    .query(({ ctx: { service, actor }, input: { owner, ...page } }) =>
      listAlerts(service, { ...page, actor, owner: ownerOf(owner, actor) }),
    ),
});
