import type { Owner } from "@ai-config/config-service";
import * as z from "zod";

/** Whose: the caller's own, or an organization's. */
export const ownerInput = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("user") }),
  z.strictObject({ type: z.literal("organization"), organizationId: z.uuid() }),
]);

export const configNameInput = z.string().min(1).max(64);
export const reasonInput = z.string().trim().max(500).optional();

/** The owner as the service knows it. A caller can name no user but themselves. */
export function ownerOf(input: z.infer<typeof ownerInput>, userId: string): Owner {
  return input.type === "user" ? { type: "user", userId } : input;
}
