import {
  createInvitation,
  createOrganization,
  listMembers,
  listOrganizations,
  renameOrganization,
} from "@ai-config/config-service";
import * as z from "zod";

import { personProcedure, router } from "../trpc.ts";

const nameInput = z.string().trim().min(1).max(120);

export const organizationRouter = router({
  list: personProcedure.query(({ ctx: { service, actor } }) => listOrganizations(service, { actor })),

  create: personProcedure
    .input(z.strictObject({ name: nameInput }))
    .mutation(({ ctx: { service, actor }, input }) => createOrganization(service, { actor, ...input })),

  rename: personProcedure
    .input(z.strictObject({ organizationId: z.uuid(), name: nameInput }))
    .mutation(({ ctx: { service, actor }, input }) => renameOrganization(service, { actor, ...input })),

  members: personProcedure
    .input(z.strictObject({ organizationId: z.uuid() }))
    .query(({ ctx: { service, actor }, input }) => listMembers(service, { actor, ...input })),

  /** A link to join, shown once: only its hash is kept. */
  invite: personProcedure
    .input(
      z.strictObject({
        organizationId: z.uuid(),
        role: z.enum(["owner", "admin", "member", "viewer"]),
        email: z.email().max(320).optional(),
      }),
    )
    .mutation(async ({ ctx: { service, actor, publicUrl }, input }) => {
      const { token, expiresAt } = await createInvitation(service, { actor, ...input });
      return { url: `${publicUrl}/sign-up?invitation=${token}`, expiresAt };
    }),
});
