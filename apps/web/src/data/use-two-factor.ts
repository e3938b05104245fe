import { useMutation } from "@tanstack/react-query";
import { trpc } from "../lib/trpc.ts";
import { confirmTwoFactor, disableTwoFactor, enableTwoFactor, renewBackupCodes } from "./identity.ts";

/** What is in the cache outlives the page; passwords and codes must not. */
const gcTime = 0;

/** What a sign-in of the reader asks for. */
export function useSignInProtection() {
  return trpc.me.signIn.useQuery();
}

/** Begins to set up an authenticator app. Nothing is asked for until a code was right. */
export function useEnableTwoFactor() {
  return useMutation({ mutationFn: enableTwoFactor, gcTime });
}

/** Ends the set-up with a code of the app. Resolves when the page already shows it. */
export function useConfirmTwoFactor() {
  return useMutation({ mutationFn: confirmTwoFactor, gcTime, onSuccess: useRefresh() });
}

/** Makes new backup codes, which ends those before. */
export function useRenewBackupCodes() {
  return useMutation({ mutationFn: renewBackupCodes, gcTime });
}

/** Asks for no codes any more. Resolves when the page already shows it. */
export function useDisableTwoFactor() {
  return useMutation({ mutationFn: disableTwoFactor, gcTime, onSuccess: useRefresh() });
}

function useRefresh() {
  const utils = trpc.useUtils();
  return () => Promise.all([utils.me.signIn.invalidate(), utils.me.sessions.invalidate()]);
}
