import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useState } from "react";
import { type Entrance, IdentityError } from "../../data/identity.ts";
import { isSignInOver } from "../../data/identity-words.ts";
import { safeReturnPath } from "./check-identity.ts";

/** Runs a sign-in or sign-up, then opens the app without anything an earlier person left in the cache. */
export function useEnter(returnTo: string | undefined) {
  const router = useRouter();
  const queryClient = useQueryClient();
  const [isBusy, setIsBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const [needsCode, setNeedsCode] = useState(false);
  const enter = async (open: () => Promise<Entrance>) => {
    setIsBusy(true);
    setFailure(undefined);
    try {
      if ((await open()) === "needs-code") {
        setNeedsCode(true);
        return;
      }
      queryClient.clear();
      await router.navigate({ href: safeReturnPath(returnTo), replace: true });
    } catch (error) {
      if (!(error instanceof IdentityError)) throw error;
      setFailure(error.message);
      if (isSignInOver(error.code)) setNeedsCode(false);
    } finally {
      setIsBusy(false);
    }
  };
  return { enter, isBusy, failure, needsCode };
}
