import { listOrganizations } from "@ai-config/config-service";
import * as z from "zod";

import { personProcedure, router } from "../trpc.ts";

export const meRouter = router({
  get: personProcedure.query(async ({ ctx: { service, actor, person, signUp } }) => ({
    user: { id: person.userId, name: person.name, email: person.email },
    organizations: await listOrganizations(service, { actor }),
    signUp,
  })),

  /** What a sign-in of the caller asks for. */
  signIn: personProcedure.query(({ ctx: { own, person } }) => own.readSignIn(person)),

  /** The browsers that the caller is signed in with. */
  sessions: personProcedure.query(({ ctx: { own, person } }) => own.listSessions(person)),

  endSession: personProcedure
    .input(z.strictObject({ sessionId: z.uuid() }))
    .mutation(({ ctx: { own, person }, input }) => own.endSession(person, input.sessionId)),

  /** All but the one that asks. */
  endOtherSessions: personProcedure
    .input(z.strictObject({}))
    .mutation(({ ctx: { own, person } }) => own.endOtherSessions(person)),
});
