import { TOKEN_ACTIONS, type TokenAction } from "@ai-config/config-core";
import { createServiceToken, listServiceTokens, revokeServiceToken } from "@ai-config/config-service";
import * as z from "zod";

import { personProcedure, router } from "../trpc.ts";
import { reasonInput } from "./owner.ts";

const organizationInput = z.strictObject({ organizationId: z.uuid() });
const actionInput = z.enum(Object.keys(TOKEN_ACTIONS) as [TokenAction, ...TokenAction[]]);

/** Tokens of sibling apps and workers. Only people make and end them. */
export const tokenRouter = router({
  list: personProcedure
    .input(organizationInput)
    .query(({ ctx: { service, actor }, input }) => listServiceTokens(service, { actor, ...input })),

  /** Answers the token itself, this once. */
  create: personProcedure
    .input(
      organizationInput.extend({
        name: z.string().max(200),
        actions: z.array(actionInput).min(1).max(50),
        days: z.int().min(1).max(365),
      }),
    )
    .mutation(({ ctx: { service, actor }, input }) => createServiceToken(service, { actor, ...input })),

  revoke: personProcedure
    .input(organizationInput.extend({ tokenId: z.uuid(), reason: reasonInput }))
    .mutation(({ ctx: { service, actor }, input }) => revokeServiceToken(service, { actor, ...input })),
});
