import type { RouterInputs } from "../lib/trpc.ts";

/** Whose configuration is meant: the caller's own, or an organization's. */
export type Owner = RouterInputs["configuration"]["list"]["owner"];

/** The two levels that can be edited here. */
export type Level = "you" | "organization";

/** The row of an owner that this page edits; further named rows are shown but not changed here. */
export const editedConfigName = "default";

/** A short text that is the same for the same owner. */
export function ownerKey(owner: Owner): string {
  return owner.type === "organization" ? `organization:${owner.organizationId}` : "user";
}
