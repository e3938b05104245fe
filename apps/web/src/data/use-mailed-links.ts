import { useMutation } from "@tanstack/react-query";
import { trpcUtils } from "../lib/trpc.ts";
import { confirmAddress, requestPasswordReset, resetPassword } from "./identity.ts";

/** Asks for a link to choose another password. What is answered says nothing about who has an account. */
export function useRequestPasswordReset() {
  return useMutation({ mutationFn: requestPasswordReset });
}

/** Chooses another password by the link of a mail. */
export function useResetPassword() {
  // What is in the cache outlives the page; a password and a link must not.
  return useMutation({ mutationFn: resetPassword, gcTime: 0 });
}

/** Confirms an address by the link of a mail. */
export function useConfirmAddress() {
  return useMutation({
    mutationFn: confirmAddress,
    gcTime: 0,
    onSuccess: () => trpcUtils.me.signIn.invalidate(),
  });
}
