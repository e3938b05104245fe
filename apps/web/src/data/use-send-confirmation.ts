import { useMutation } from "@tanstack/react-query";
import { trpc } from "../lib/trpc.ts";
import { sendConfirmation } from "./identity.ts";

/** Sends the reader another mail to confirm their address with. */
export function useSendConfirmation() {
  const utils = trpc.useUtils();
  return useMutation({
    mutationFn: sendConfirmation,
    // A refusal may mean that it was confirmed meanwhile.
    onSettled: () => utils.me.signIn.invalidate(),
  });
}
