import { getLifecycleReport, getOwnLifecycleReport } from "@ai-config/config-service";
import * as z from "zod";

import { callerProcedure, personProcedure, router } from "../trpc.ts";
import { ownerInput } from "./owner.ts";

export const modelRouter = router({
  list: callerProcedure().query(({ ctx }) => Object.values(ctx.service.models)),

  /**
   * Who uses models that are about to be retired or gone: the person themself, with the organization in force or
   * the one that is named, or an organization's members.
   */
  lifecycle: personProcedure
    .input(z.strictObject({ owner: ownerInput, organizationId: z.uuid().optional() }))
    .query(({ ctx: { service, actor }, input: { owner, organizationId } }) =>
      owner.type === "organization"
        ? getLifecycleReport(service, { actor, organizationId: owner.organizationId })
        : getOwnLifecycleReport(service, { actor, userId: actor.userId, organizationId }),
    ),
});
