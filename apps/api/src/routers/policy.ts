import { AIConfigError } from "@ai-config/config-core";
import { getPolicy, previewPolicy, setPolicy } from "@ai-config/config-service";
import * as z from "zod";

import { reviewBudgets } from "../review-budgets.ts";
import { callerProcedure, personProcedure, router } from "../trpc.ts";
import { expectedVersionInput, reasonInput } from "./owner.ts";

const organizationInput = z.strictObject({ organizationId: z.uuid() });

/** Checked by the domain, which tells every problem of it at once. */
const policyInput = z.record(z.string(), z.unknown());

export const policyRouter = router({
  get: callerProcedure("policy:read")
    .input(organizationInput)
    .query(({ ctx: { service, actor }, input }) => getPolicy(service, { actor, ...input })),

  /** Who would be affected, and how. Changes nothing; a policy is too long for the address of a query. */
  preview: personProcedure
    .input(organizationInput.extend({ policy: policyInput }))
    .mutation(async ({ ctx: { service, actor }, input }) => {
      const result = await previewPolicy(service, { actor, ...input });
      if (!result.success) throw new AIConfigError("POLICY_INVALID", { issues: result.errors });
      const { success: _, ...preview } = result;
      return preview;
    }),

  set: personProcedure
    .input(
      organizationInput.extend({
        policy: policyInput,
        expectedVersion: expectedVersionInput,
        reason: reasonInput,
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const { service, actor } = ctx;
      const result = await setPolicy(service, { actor, ...input });
      if (!result.success) throw new AIConfigError("POLICY_INVALID", { issues: result.errors });
      await reviewBudgets(ctx, { type: "organization", organizationId: input.organizationId });
      const { success: _, ...written } = result;
      return written;
    }),
});
