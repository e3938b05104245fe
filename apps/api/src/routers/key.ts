import { listKeys, revokeKey, rotateApiKey } from "@ai-config/config-service";
import * as z from "zod";

import { personProcedure, router } from "../trpc.ts";
import { ownerInput, ownerOf, reasonInput } from "./owner.ts";

/** A month: a former key is no spare one. */
const OVERLAP_MS_MAX = 31 * 24 * 60 * 60_000;

export const keyRouter = router({
  list: personProcedure
    .input(z.strictObject({ owner: ownerInput }))
    .query(({ ctx: { service, actor }, input: { owner } }) =>
      listKeys(service, { actor, owner: ownerOf(owner, actor.userId) }),
    ),

  /** Tries a key with Anthropic and seals it; the former one stays valid as the secondary, for a day unless told. */
  rotate: personProcedure
    .input(
      z.strictObject({
        owner: ownerInput,
        newKey: z.string().max(1000),
        overlapMs: z.int().min(0).max(OVERLAP_MS_MAX).optional(),
      }),
    )
    .mutation(({ ctx: { service, actor }, input: { owner, ...key } }) =>
      rotateApiKey(service, { ...key, actor, owner: ownerOf(owner, actor.userId) }),
    ),

  /** Ends a key at once; with the primary one goes the secondary. */
  revoke: personProcedure
    .input(z.strictObject({ owner: ownerInput, slot: z.enum(["primary", "secondary"]), reason: reasonInput }))
    .mutation(({ ctx: { service, actor }, input: { owner, ...which } }) =>
      revokeKey(service, { ...which, actor, owner: ownerOf(owner, actor.userId) }),
    ),
});
