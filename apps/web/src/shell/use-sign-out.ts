import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { signOut } from "../data/identity.ts";
import { forgetDrafts } from "../settings/use-draft.ts";
import { showToast } from "../ui/toast.tsx";

/** Ends the session and leads to the sign-in, with an invitation that is still to be answered. */
export function useSignOut() {
  const router = useRouter();
  const queryClient = useQueryClient();
  return async (search: { invitation?: string } = {}) => {
    try {
      await signOut();
    } catch (error) {
      showToast({
        kind: "error",
        title: "Not signed out",
        description: error instanceof Error ? error.message : undefined,
      });
      return;
    }
    forgetDrafts();
    await router.navigate({ to: "/sign-in", search, ignoreBlocker: true });
    queryClient.clear();
  };
}
