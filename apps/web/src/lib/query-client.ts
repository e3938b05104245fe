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
    queries: {
      staleTime: 15_000,
      // A refusal stays one; only an unreachable server is worth a second try.
      retry: (count, error) => count < 2 && problemOf(error).code === "NOT_REACHED",
    },
  },
});
