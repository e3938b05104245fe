import { heldBudget } from "@ai-config/config-core";
import { getEffectiveConfiguration } from "@ai-config/config-service";
import * as z from "zod";

import { personProcedure, router } from "../trpc.ts";

/** Where days begin unless somebody says so. */
const TIME_ZONE = "UTC";

export const budgetRouter = router({
  /** Every budget that the person's calls count against: their own, and what their organization shares. */
  status: personProcedure
    .input(z.strictObject({ organizationId: z.uuid().optional() }).default({}))
    .query(async ({ ctx: { service, actor, claude }, input: { organizationId } }) => {
      const { userId } = actor;
      const effective = await getEffectiveConfiguration(service, { actor, userId, organizationId });
      const inForce = { organizationId: effective.organizationId };
      const budgets = await claude.forUser(userId, inForce).budgets();
      return {
        budgets: budgets.map(({ startsAt, resetsAt, ...budget }) => ({
          ...budget,
          startsAt: startsAt.toISOString(),
          resetsAt: resetsAt.toISOString(),
        })),
        timeZones: {
          user: heldBudget(effective).timeZone ?? TIME_ZONE,
          organization: effective.shared && (effective.shared.costBudget.timeZone ?? TIME_ZONE),
        },
      };
    }),
});
