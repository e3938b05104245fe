import { randomBytes } from "node:crypto";

import { AIConfigError } from "@ai-config/config-core";
import { acceptInvitation, hashInvitationToken, type ServiceContext } from "@ai-config/config-service";
import { type Actor, and, asActor, eq, gt, isNull, organizationInvitations, sql } from "@ai-config/db";

const service: Actor = { type: "service", name: "sign-up" };
/** Long enough to be read the next morning. */
const FIRST_ACCOUNT_HOURS = 24;

/** Makes a one-time invitation for the first account of an installation. Answers its token. */
export async function inviteFirstAccount(ctx: ServiceContext): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  await asActor(ctx.database, service, (tx) =>
    tx.insert(organizationInvitations).values({
      tokenHash: hashInvitationToken(token),
      role: "owner",
      expiresAt: sql`clock_timestamp() + make_interval(hours => ${FIRST_ACCOUNT_HOURS})`,
    }),
  );
  return token;
}

/** Refuses a sign-up whose invitation is missing, used, expired or meant for another address. */
export async function requireInvitation(
  ctx: ServiceContext,
  token: string | undefined,
  email: string,
): Promise<void> {
  if (token === undefined) throw new AIConfigError("SIGN_UP_CLOSED");
  const [invitation] = await asActor(ctx.database, service, (tx) =>
    tx.select({ email: organizationInvitations.email }).from(organizationInvitations).where(open(token)),
  );
  const isTheirs =
    invitation && (invitation.email === null || invitation.email.toLowerCase() === email.toLowerCase());
  if (!isTheirs) throw new AIConfigError("INVITATION_INVALID");
}

/** Uses an invitation up, and joins the organization it is for. Answers whether there is one. */
export async function useInvitation(ctx: ServiceContext, token: string, userId: string): Promise<boolean> {
  const [used] = await asActor(ctx.database, service, (tx) =>
    tx
      .update(organizationInvitations)
      .set({ acceptedAt: sql`clock_timestamp()`, acceptedBy: userId })
      .where(and(open(token), isNull(organizationInvitations.organizationId)))
      .returning({ id: organizationInvitations.id }),
  );
  if (used) return false;
  await acceptInvitation(ctx, { actor: { type: "user", userId }, token });
  return true;
}

function open(token: string) {
  return and(
    eq(organizationInvitations.tokenHash, hashInvitationToken(token)),
    isNull(organizationInvitations.acceptedAt),
    gt(organizationInvitations.expiresAt, sql`clock_timestamp()`),
  );
}
