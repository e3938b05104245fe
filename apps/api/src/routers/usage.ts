import { summarizeUsage, usageSeries } from "@ai-config/config-service";
import * as z from "zod";

import { callerProcedure, router } from "../trpc.ts";
import { ownerInput, ownerOf } from "./owner.ts";

const moment = z.iso
  .datetime({ offset: true, error: "Must be a time with its offset, such as 2026-11-24T08:00:00Z." })
  .transform((text) => new Date(text));
const windowInput = z.strictObject({ owner: ownerInput, from: moment, to: moment });

/** What governed calls came to, from the ledger. */
export const usageRouter = router({
  summary: callerProcedure("usage:read")
    .input(windowInput)
    .query(({ ctx: { service, actor }, input: { owner, ...window } }) =>
      summarizeUsage(service, { ...window, actor, owner: ownerOf(owner, actor) }),
    ),

  /** By hour or day, in a time zone, of each model, account or key if that is asked. */
  series: callerProcedure("usage:read")
    .input(
      windowInput.extend({
        step: z.enum(["hour", "day"]),
        timeZone: z.string().max(64).optional(),
        groupBy: z.enum(["model", "user", "key"]).optional(),
      }),
    )
    .query(({ ctx: { service, actor }, input: { owner, ...window } }) =>
      usageSeries(service, { ...window, actor, owner: ownerOf(owner, actor) }),
    ),
});
