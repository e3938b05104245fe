import { useMutation } from "@tanstack/react-query";
import { trpc } from "../lib/trpc.ts";
import { changePassword } from "./identity.ts";

/** Changes the reader's password, which ends their other sessions. */
export function useChangePassword() {
  const utils = trpc.useUtils();
  return useMutation({
    mutationFn: changePassword,
    // What is in the cache outlives the page; passwords must not.
    gcTime: 0,
    onSuccess: () => utils.me.sessions.invalidate(),
  });
}
