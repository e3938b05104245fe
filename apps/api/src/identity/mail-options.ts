import { accounts, and, type Database, eq, users } from "@ai-config/db";
import type { BetterAuthOptions } from "better-auth";

import { confirmAddressLetter, resetPasswordLetter } from "../mail/letters.ts";
import type { Mailer } from "../mail/mailer.ts";
import { endPendingSteps } from "./end-pending-steps.ts";

const RESET_SECONDS = 60 * 60;
const CONFIRM_SECONDS = 24 * 60 * 60;

interface MailOptions {
  emailAndPassword: Partial<BetterAuthOptions["emailAndPassword"]>;
  emailVerification: NonNullable<BetterAuthOptions["emailVerification"]>;
}

/** What the identity library sends mails for. The links lead to our pages, which ask by POST. */
export function mailOptions(mailer: Mailer, { db }: Pick<Database, "db">, publicUrl: string): MailOptions {
  /** Whom another issuer vouches for has no password here, and gets none by a mail. */
  const hasPassword = async (userId: string) => {
    const isTheirs = and(eq(accounts.userId, userId), eq(accounts.providerId, "credential"));
    return (await db.select({ id: accounts.id }).from(accounts).where(isTheirs)).length > 0;
  };
  return {
    emailAndPassword: {
      resetPasswordTokenExpiresIn: RESET_SECONDS,
      revokeSessionsOnPasswordReset: true,
      sendResetPassword: async ({ user, token }) => {
        mailer.sendLater(async () =>
          (await hasPassword(user.id)) ? resetPasswordLetter(publicUrl, user.email, token) : undefined,
        );
      },
      onPasswordReset: async ({ user }) => {
        await endPendingSteps({ db }, user.id);
        // Whoever read the mail has the address.
        await db.update(users).set({ emailVerified: true }).where(eq(users.id, user.id));
      },
    },
    emailVerification: {
      sendOnSignUp: true,
      expiresIn: CONFIRM_SECONDS,
      sendVerificationEmail: async ({ user, token }) => {
        mailer.sendLater(async () => confirmAddressLetter(publicUrl, user.email, token));
      },
    },
  };
}
