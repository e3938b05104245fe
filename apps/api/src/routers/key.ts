import { listKeys, revokeKey, rotateApiKey } from "@ai-config/config-service";
import * as z from "zod";

import { callerProcedure, router } from "../trpc.ts";
import { ownerInput, ownerOf, reasonInput } from "./owner.ts";

/** A month: a former key is no spare one. */
const OVERLAP_MS_MAX = 31 * 24 * 60 * 60_000;

export const keyRouter = router({
  list: callerProcedure("keys:read", "keys:write")
    .input(z.strictObject({ owner: ownerInput }))
    .query(({ ctx: { service, actor }, input: { owner } }) =>
      listKeys(service, { actor, owner: ownerOf(owner, actor) }),
    ),

  /** Tries a key with Anthropic and seals it; the former one stays valid as the secondary, for a day unless told. */
  rotate: callerProcedure("keys:write")
    .input(
      z.strictObject({
        owner: ownerInput,
        newKey: z.string().max(1000),
        overlapMs: z.int().min(0).max(OVERLAP_MS_MAX).optional(),
      }),
    )
    .mutation(({ ctx: { service, actor }, input: { owner, ...key } }) =>
      rotateApiKey(service, { ...key, actor, owner: ownerOf(owner, actor) }),
    ),

  /** Ends a key at once; with the primary one goes the secondary. */
  revoke: callerProcedure("keys:write")
    .input(z.strictObject({ owner: ownerInput, slot: z.enum(["primary", "secondary"]), reason: reasonInput }))
    .mutation(({ ctx: { service, actor }, input: { owner, ...which } }) =>
      revokeKey(service, { ...which, actor, owner: ownerOf(owner, actor) }),
    ),
});
