import { AIConfigError } from "@ai-config/config-core";
import type { ServiceContext } from "@ai-config/config-service";
import * as z from "zod";

import { nameInput } from "../http/name-input.ts";
import { readChecked, withBody } from "./checked-request.ts";
import { emailInput } from "./email-input.ts";
import { newPasswordInput } from "./passwords.ts";
import { type Claim, claimInvitation, redeemInvitation, releaseInvitation } from "./sign-up-invitations.ts";

/** The token in an invitation's link. */
export const invitationInput = z.string().min(20).max(200);

const signUpBody = z.strictObject({
  name: nameInput,
  email: emailInput,
  password: newPasswordInput,
  invitation: invitationInput.optional(),
});

/** What making an account needs, however it signs in. */
export interface NewAccountOptions {
  readonly ctx: ServiceContext;
  readonly mode: "open" | "invitation";
  readonly hasAccounts: () => Promise<boolean>;
  /** Takes the account back, with what signs it in. */
  readonly deleteAccount: (userId: string) => Promise<void>;
  /** What an account without an invitation to an organization needs. */
  readonly settleIn: (userId: string) => Promise<void>;
}

export interface SignUpOptions extends NewAccountOptions {
  /** Makes the account and opens its session. */
  readonly createAccount: (request: Request) => Promise<Response>;
}

/** Makes an account from a request whose every field is known and checked. */
export async function signUp(request: Request, options: SignUpOptions): Promise<Response> {
  const { invitation, ...account } = await readChecked(request, signUpBody);
  return makeAccount(options, { invitation, email: account.email }, async () => {
    const response = await options.createAccount(withBody(request, account));
    if (!response.ok) return { userId: null, answer: response };
    const { user } = (await response.clone().json()) as { user: { id: string } };
    return { userId: user.id, answer: response };
  });
}

/**
 * Makes an account where it may be made. An invitation is held while the account is being made: of several
 * sign-ups with one link one succeeds. A sign-up that fails gives the invitation back and leaves no account.
 */
export async function makeAccount<Answer>(
  options: NewAccountOptions,
  { invitation, email }: { invitation: string | undefined; email: string },
  make: () => Promise<{ userId: string | null; answer: Answer }>,
): Promise<Answer> {
  const claim = await claimFor(options, invitation, email);
  let isMade = false;
  try {
    const { userId, answer } = await make();
    if (userId === null) return answer;
    if (claim) await redeemOrUndo(options, claim, userId);
    isMade = true;
    await options.settleIn(userId);
    return answer;
  } finally {
    if (claim && !isMade) await releaseInvitation(options.ctx, claim);
  }
}

/** Whom the invitation does not let in after all must not keep the account that was made on its strength. */
async function redeemOrUndo(
  { ctx, deleteAccount }: NewAccountOptions,
  claim: Claim,
  userId: string,
): Promise<void> {
  try {
    await redeemInvitation(ctx, claim, userId);
  } catch (error) {
    await deleteAccount(userId);
    throw error;
  }
}

async function claimFor(
  { ctx, mode, hasAccounts }: NewAccountOptions,
  invitation: string | undefined,
  email: string,
): Promise<Claim | undefined> {
  if (invitation !== undefined) {
    return claimInvitation(ctx, { token: invitation, email, hasAccounts: await hasAccounts() });
  }
  if (mode === "invitation") throw new AIConfigError("SIGN_UP_CLOSED");
  return undefined;
}
