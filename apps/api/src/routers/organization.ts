import {
  acceptInvitation,
  createInvitation,
  createOrganization,
  deleteOrganization,
  describeInvitation,
  listInvitations,
  listMembers,
  listOrganizations,
  removeMember,
  renameOrganization,
  revokeInvitation,
  setDefaultOrganization,
  setMemberRole,
} from "@ai-config/config-service";
import * as z from "zod";

import { nameInput } from "../http/name-input.ts";
import { invitationLetter } from "../mail/letters.ts";
import { type ReviewContext, reviewBudgets } from "../review-budgets.ts";
import { callerProcedure, personProcedure, router } from "../trpc.ts";

const organizationInput = z.strictObject({ organizationId: z.uuid() });
const tokenInput = z.strictObject({ token: z.string().min(1).max(200) });
const roleInput = z.enum(["owner", "admin", "member", "viewer"]);

/** Which organization applies to the caller may be another now, and with it the limits of their own. */
async function withOwnReview<Result>(
  ctx: ReviewContext & { readonly actor: { readonly userId: string } },
  change: Promise<Result>,
): Promise<Result> {
  const result = await change;
  await reviewBudgets(ctx, { type: "user", userId: ctx.actor.userId });
  return result;
}

export const organizationRouter = router({
  list: personProcedure.query(({ ctx: { service, actor } }) => listOrganizations(service, { actor })),

  create: personProcedure
    .input(z.strictObject({ name: nameInput }))
    .mutation(({ ctx: { service, actor }, input }) => createOrganization(service, { actor, ...input })),

  rename: personProcedure
    .input(z.strictObject({ organizationId: z.uuid(), name: nameInput }))
    .mutation(({ ctx: { service, actor }, input }) => renameOrganization(service, { actor, ...input })),

  delete: personProcedure
    .input(organizationInput)
    .mutation(({ ctx, input }) =>
      withOwnReview(ctx, deleteOrganization(ctx.service, { actor: ctx.actor, ...input })),
    ),

  /** Which one applies to the caller where a call names none. */
  setDefault: personProcedure
    .input(organizationInput)
    .mutation(({ ctx, input }) =>
      withOwnReview(ctx, setDefaultOrganization(ctx.service, { actor: ctx.actor, ...input })),
    ),

  members: callerProcedure("members:read")
    .input(organizationInput)
    .query(({ ctx: { service, actor }, input }) => listMembers(service, { actor, ...input })),

  setRole: personProcedure
    .input(organizationInput.extend({ userId: z.uuid(), role: roleInput }))
    .mutation(({ ctx: { service, actor }, input }) => setMemberRole(service, { actor, ...input })),

  /** Somebody else by an admin, or the caller, who leaves. */
  removeMember: personProcedure
    .input(organizationInput.extend({ userId: z.uuid() }))
    .mutation(({ ctx, input }) =>
      withOwnReview(ctx, removeMember(ctx.service, { actor: ctx.actor, ...input })),
    ),

  invitations: personProcedure
    .input(organizationInput)
    .query(({ ctx: { service, actor }, input }) => listInvitations(service, { actor, ...input })),

  revokeInvitation: personProcedure
    .input(organizationInput.extend({ invitationId: z.uuid() }))
    .mutation(({ ctx: { service, actor }, input }) => revokeInvitation(service, { actor, ...input })),

  /** What a link offers the caller. Not a query: addresses end up in logs, and the token is a secret. */
  describeInvitation: personProcedure
    .input(tokenInput)
    .mutation(({ ctx: { service, actor }, input }) => describeInvitation(service, { actor, ...input })),

  /** Joins the caller to the organization whose link they hold. */
  acceptInvitation: personProcedure
    .input(tokenInput)
    .mutation(({ ctx, input }) =>
      withOwnReview(ctx, acceptInvitation(ctx.service, { actor: ctx.actor, ...input })),
    ),

  /** A link to join, shown once: only its hash is kept. It is mailed too, where it is for one address. */
  invite: personProcedure
    .input(
      z.strictObject({
        organizationId: z.uuid(),
        role: roleInput,
        email: z.email().max(320).optional(),
      }),
    )
    .mutation(async ({ ctx: { service, actor, person, publicUrl, mailer }, input }) => {
      const { token, expiresAt } = await createInvitation(service, { actor, ...input });
      const url = `${publicUrl}/sign-up?invitation=${token}`;
      const { email: to, organizationId } = input;
      if (to === undefined || mailer === undefined) return { url, expiresAt, isMailed: false };
      const { name: organization } = (await listOrganizations(service, { actor })).find(
        ({ id }) => id === organizationId,
      ) ?? { name: "an organization" };
      const letter = invitationLetter({ to, organization, by: person, url, expiresAt });
      return { url, expiresAt, isMailed: await mailer.send(letter, person.userId) };
    }),
});
