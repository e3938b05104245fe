import { configName } from "@ai-config/config-core";
import type { Owner } from "@ai-config/config-service";
import * as z from "zod";

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

/** The owner as the service knows it. A caller can name no user but themselves. */
export function ownerOf(input: z.infer<typeof ownerInput>, userId: string): Owner {
  return input.type === "user" ? { type: "user", userId } : input;
}
