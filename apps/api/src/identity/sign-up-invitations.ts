import { randomBytes, randomUUID } from "node:crypto";

import { AIConfigError } from "@ai-config/config-core";
import { acceptInvitation, hashInvitationToken, type ServiceContext } from "@ai-config/config-service";
import {
  type Actor,
  and,
  asActor,
  eq,
  gt,
  isNull,
  lt,
  or,
  organizationInvitations,
  sql,
} from "@ai-config/db";

const service: Actor = { type: "service", name: "sign-up" };
/** Long enough to be read the next morning. */
const FIRST_ACCOUNT_HOURS = 24;
/** A sign-up takes a second; one whose process died keeps the link from others no longer than this. */
const CLAIM_SECONDS = 60;

/** An invitation that one sign-up holds. */
export interface Claim {
  readonly id: string;
  readonly token: string;
  /** Null where the invitation is only good for signing up. */
  readonly organizationId: string | null;
}

/** Makes a one-time invitation for the first account of an installation and ends earlier ones. Answers its token. */
export async function inviteFirstAccount(ctx: ServiceContext): Promise<string> {
  const token = randomBytes(32).toString("base64url");
  await asActor(ctx.database, service, async (tx) => {
    // Of processes that start together each would else miss the links of the others.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('first account', 0))`);
    const isForFirstAccount = isNull(organizationInvitations.organizationId);
    await tx
      .delete(organizationInvitations)
      .where(and(isForFirstAccount, isNull(organizationInvitations.acceptedAt)));
    await tx.insert(organizationInvitations).values({
      tokenHash: hashInvitationToken(token),
      role: "owner",
      expiresAt: sql`clock_timestamp() + make_interval(hours => ${FIRST_ACCOUNT_HOURS})`,
    });
  });
  return token;
}

/**
 * Takes an invitation for one sign-up, so that of any number at once one gets it. Refuses a token that is used,
 * held by another sign-up, expired or meant for another address, and a first account's where there are accounts.
 */
export async function claimInvitation(
  ctx: ServiceContext,
  { token, email, hasAccounts }: { token: string; email: string; hasAccounts: boolean },
): Promise<Claim> {
  const { email: address, claimedUntil, organizationId } = organizationInvitations;
  const claim = randomUUID();
  const [taken] = await asActor(ctx.database, service, (tx) =>
    tx
      .update(organizationInvitations)
      .set({ claim, claimedUntil: sql`clock_timestamp() + make_interval(secs => ${CLAIM_SECONDS})` })
      .where(
        and(
          isOpen(token),
          or(isNull(organizationInvitations.claim), lt(claimedUntil, sql`clock_timestamp()`)),
          or(isNull(address), eq(sql`lower(${address})`, email.toLowerCase())),
          hasAccounts ? sql`${organizationId} is not null` : undefined,
        ),
      )
      .returning({ organizationId }),
  );
  if (taken === undefined) throw new AIConfigError("INVITATION_INVALID");
  return { id: claim, token, organizationId: taken.organizationId };
}

/** Gives an invitation back after a sign-up that made no account. */
export async function releaseInvitation(ctx: ServiceContext, { id, token }: Claim): Promise<void> {
  await asActor(ctx.database, service, (tx) =>
    tx
      .update(organizationInvitations)
      .set({ claim: null, claimedUntil: null })
      .where(and(isOpen(token), eq(organizationInvitations.claim, id))),
  );
}

/**
 * Uses an invitation up for the account that was made with it, and joins it to the organization, if there is one.
 * Refuses one that ended meanwhile, or whose maker may no longer invite.
 */
export async function redeemInvitation(
  ctx: ServiceContext,
  { id, token, organizationId }: Claim,
  userId: string,
): Promise<void> {
  if (organizationId !== null) {
    await acceptInvitation(ctx, { actor: { type: "user", userId }, token, claim: id });
    return;
  }
  const redeemed = await asActor(ctx.database, service, (tx) =>
    tx
      .update(organizationInvitations)
      .set({ acceptedAt: sql`clock_timestamp()`, acceptedBy: userId })
      .where(and(isOpen(token), eq(organizationInvitations.claim, id)))
      .returning({ id: organizationInvitations.id }),
  );
  if (redeemed.length === 0) throw new AIConfigError("INVITATION_INVALID");
}

function isOpen(token: string) {
  return and(
    eq(organizationInvitations.tokenHash, hashInvitationToken(token)),
    isNull(organizationInvitations.acceptedAt),
    gt(organizationInvitations.expiresAt, sql`clock_timestamp()`),
  );
}
