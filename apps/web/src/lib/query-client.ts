import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { isUnauthenticated, problemOf } from "./api-problem.ts";

let onSignedOut: () => void = () => {};

/** Says what happens when the session turns out to have ended; the router sets it. */
export function whenSignedOut(handler: () => void) {
  onSignedOut = handler;
}

function noticeSignedOut(error: unknown) {
  if (isUnauthenticated(error)) onSignedOut();
}

/** The cache of everything the server told us. */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeSignedOut }),
  mutationCache: new MutationCache({ onError: noticeSignedOut }),
  defaultOptions: {
    // Offline, a question fails and says so. Left to wait, a change would be made, or money spent, whenever the line
    // comes back, and until then it would look as if it were under way.
    mutations: { networkMode: "always" },
    queries: {
      networkMode: "always",
      refetchOnReconnect: true,
      staleTime: 15_000,
      // A refusal stays one; only an unreachable server is worth a second try.
      retry: (count, error) => count < 2 && problemOf(error).code === "NOT_REACHED",
    },
  },
});
