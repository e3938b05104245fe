import { listKeys, rotateApiKey } from "@ai-config/config-service";
import * as z from "zod";

import { personProcedure, router } from "../trpc.ts";
import { ownerInput, ownerOf } from "./owner.ts";

export const keyRouter = router({
  list: personProcedure
    .input(z.strictObject({ owner: ownerInput }))
    .query(({ ctx: { service, actor }, input: { owner } }) =>
      listKeys(service, { actor, owner: ownerOf(owner, actor.userId) }),
    ),

  /** Tries a key with Anthropic and seals it; the former one stays valid for a while as the secondary. */
  rotate: personProcedure
    .input(z.strictObject({ owner: ownerInput, newKey: z.string().max(1000) }))
    .mutation(({ ctx: { service, actor }, input: { owner, newKey } }) =>
      rotateApiKey(service, { actor, owner: ownerOf(owner, actor.userId), newKey }),
    ),
});
