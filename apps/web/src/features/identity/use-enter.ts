import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { IdentityError } from "../../data/identity.ts";
import { safeReturnPath } from "./check-identity.ts";

/** Runs a sign-in or sign-up, then opens the app without anything an earlier person left in the cache. */
export function useEnter(returnTo: string | undefined) {
  const router = useRouter();
  const queryClient = useQueryClient();
  const [isBusy, setIsBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const enter = async (open: () => Promise<void>) => {
    setIsBusy(true);
    setFailure(undefined);
    try {
      await open();
      queryClient.clear();
      await router.navigate({ href: safeReturnPath(returnTo), replace: true });
    } catch (error) {
      if (!(error instanceof IdentityError)) throw error;
      setFailure(error.message);
    } finally {
      setIsBusy(false);
    }
  };
  return { enter, isBusy, failure };
}
