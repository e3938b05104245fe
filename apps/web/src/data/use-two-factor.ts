import { useMutation } from "@tanstack/react-query";
import { trpc } from "../lib/trpc.ts";
import { confirmTwoFactor, disableTwoFactor, enableTwoFactor, renewBackupCodes } from "./identity.ts";

/** What a sign-in of the reader asks for. */
export function useSignInProtection() {
  return trpc.me.signIn.useQuery();
}

/** Begins to set up an authenticator app. Nothing is asked for until a code was right. */
export function useEnableTwoFactor() {
  return useMutation({ mutationFn: enableTwoFactor });
}

/** Ends the set-up with a code of the app. Resolves when the page already shows it. */
export function useConfirmTwoFactor() {
  return useMutation({ mutationFn: confirmTwoFactor, onSuccess: useRefresh() });
}

/** Makes new backup codes, which ends those before. */
export function useRenewBackupCodes() {
  return useMutation({ mutationFn: renewBackupCodes });
}

/** Asks for no codes any more. Resolves when the page already shows it. */
export function useDisableTwoFactor() {
  return useMutation({ mutationFn: disableTwoFactor, onSuccess: useRefresh() });
}

function useRefresh() {
  const utils = trpc.useUtils();
  return () => Promise.all([utils.me.signIn.invalidate(), utils.me.sessions.invalidate()]);
}
