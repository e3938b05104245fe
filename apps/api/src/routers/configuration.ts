import { AIConfigError } from "@ai-config/config-core";
import {
  deleteConfiguration,
  getEffectiveConfiguration,
  getOrganizationConfiguration,
  listConfigurations,
  restoreConfiguration,
  toggleConfiguration,
  updateConfiguration,
} from "@ai-config/config-service";
import * as z from "zod";

import { reviewBudgets } from "../review-budgets.ts";
import { callerProcedure, personProcedure, router } from "../trpc.ts";
import {
  accountOf,
  configNameInput,
  expectedVersionInput,
  ownerInput,
  ownerOf,
  reasonInput,
} from "./owner.ts";

export const configurationRouter = router({
  /**
   * What applies, with the source of every value. For an organization: without any member's own layer. A token
   * names the member of its organization for whom it asks; people ask for themselves.
   */
  effective: callerProcedure("effective:read")
    .input(
      z
        .strictObject({
          owner: ownerInput.optional(),
          organizationId: z.uuid().optional(),
          userId: z.uuid().optional(),
        })
        .default({}),
    )
    .query(({ ctx: { service, actor }, input: { owner, organizationId, userId } }) =>
      owner?.type === "organization"
        ? getOrganizationConfiguration(service, { actor, organizationId: owner.organizationId })
        : getEffectiveConfiguration(service, { actor, ...accountOf({ organizationId, userId }, actor) }),
    ),

  list: callerProcedure("configurations:read", "configurations:write")
    .input(z.strictObject({ owner: ownerInput }))
    .query(({ ctx: { service, actor }, input: { owner } }) =>
      listConfigurations(service, { actor, owner: ownerOf(owner, actor) }),
    ),

  update: callerProcedure("configurations:write")
    .input(
      z.strictObject({
        owner: ownerInput,
        configName: configNameInput,
        updates: z.unknown(),
        expectedVersion: expectedVersionInput,
        reason: reasonInput,
      }),
    )
    .mutation(async ({ ctx, input: { owner: given, ...change } }) => {
      const { service, actor } = ctx;
      const owner = ownerOf(given, actor);
      const result = await updateConfiguration(service, { ...change, actor, owner });
      if (!result.success) throw new AIConfigError("CONFIGURATION_INVALID", { issues: result.errors });
      await reviewBudgets(ctx, owner);
      return { version: result.version, effective: result.effective };
    }),

  delete: callerProcedure("configurations:write")
    .input(z.strictObject({ owner: ownerInput, configName: configNameInput, reason: reasonInput }))
    .mutation(async ({ ctx, input: { owner: given, ...which } }) => {
      const { service, actor } = ctx;
      const owner = ownerOf(given, actor);
      await deleteConfiguration(service, { ...which, actor, owner });
      await reviewBudgets(ctx, owner);
    }),

  /** Makes the outcome of an entry of the audit the present state, as a new change. */
  restore: personProcedure
    .input(
      z.strictObject({
        owner: ownerInput,
        auditId: z.string().max(20),
        expectedVersion: expectedVersionInput,
        reason: reasonInput,
      }),
    )
    .mutation(async ({ ctx, input: { owner: given, ...which } }) => {
      const { service, actor } = ctx;
      const owner = ownerOf(given, actor);
      const result = await restoreConfiguration(service, { ...which, actor, owner });
      if (!result.success) throw new AIConfigError("CONFIGURATION_INVALID", { issues: result.errors });
      await reviewBudgets(ctx, owner);
      return { version: result.version, effective: result.effective };
    }),

  toggle: callerProcedure("configurations:write")
    .input(z.strictObject({ configId: z.uuid(), isActive: z.boolean() }))
    .mutation(async ({ ctx, input }) => {
      const { service, actor } = ctx;
      const result = await toggleConfiguration(service, { ...input, actor });
      if (!result.success) throw new AIConfigError("CONFIGURATION_INVALID", { issues: result.errors });
      await reviewBudgets(ctx, result.owner);
      return { version: result.version };
    }),
});
