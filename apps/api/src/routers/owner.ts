import { AIConfigError, configName } from "@ai-config/config-core";
import type { Owner } from "@ai-config/config-service";
import * as z from "zod";

import type { CallingActor } from "../trpc.ts";

/** Whose: the caller's own, or an organization's. */
export const ownerInput = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("user") }),
  z.strictObject({ type: z.literal("organization"), organizationId: z.uuid() }),
]);

/** The service's own rule, so that a bad name is refused alike wherever it is given. */
export const configNameInput = configName;
/** As far as the database counts. */
export const expectedVersionInput = z.int().min(0).max(2_147_483_647).optional();
export const reasonInput = z.string().trim().max(500).optional();

/** The owner as the service knows it. A person can name no user but themselves, and a token none at all. */
export function ownerOf(input: z.infer<typeof ownerInput>, actor: CallingActor): Owner {
  if (input.type === "organization") return input;
  if (actor.type === "user") return { type: "user", userId: actor.userId };
  const message = "A token has no configurations of its own. Name its organization as the owner.";
  throw new AIConfigError("INPUT_INVALID", {
    issues: [{ path: "owner.type", code: "invalid_value", message }],
  });
}

/** For whom a caller asks: a person for themselves, a token for a member of its organization. */
export function accountOf(
  { organizationId, userId }: { organizationId?: string | undefined; userId?: string | undefined },
  actor: CallingActor,
): { userId: string; organizationId: string | undefined } {
  if (actor.type === "user") return { userId: userId ?? actor.userId, organizationId };
  if (organizationId !== undefined && organizationId !== actor.organizationId) {
    throw new AIConfigError("NOT_FOUND");
  }
  if (userId !== undefined) return { userId, organizationId: actor.organizationId };
  const message = "Name the member for whom the token asks.";
  throw new AIConfigError("INPUT_INVALID", { issues: [{ path: "userId", code: "invalid_value", message }] });
}
