import { type RouterOutputs, trpc } from "../lib/trpc.ts";

export type Session = RouterOutputs["me"]["sessions"][number];

/** Where the reader is signed in. */
export function useSessions() {
  return trpc.me.sessions.useQuery();
}

/** Ends one of the reader's sessions. Resolves when the page already shows it. */
export function useEndSession() {
  const utils = trpc.useUtils();
  return trpc.me.endSession.useMutation({ onSettled: () => utils.me.sessions.invalidate() });
}

/** Ends all of the reader's sessions but this one. Resolves when the page already shows it. */
export function useEndOtherSessions() {
  const utils = trpc.useUtils();
  return trpc.me.endOtherSessions.useMutation({ onSettled: () => utils.me.sessions.invalidate() });
}
