import { listOrganizations } from "@ai-config/config-service";

import { personProcedure, router } from "../trpc.ts";

export const meRouter = router({
  get: personProcedure.query(async ({ ctx: { service, actor, person, signUp } }) => ({
    user: { id: person.userId, name: person.name, email: person.email },
    organizations: await listOrganizations(service, { actor }),
    signUp,
  })),
});
