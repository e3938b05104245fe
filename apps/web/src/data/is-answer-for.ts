import type { Owner } from "./owner.ts";

/**
 * Whether a result is what the page shows of this owner. An account may belong to several organizations, and the
 * result of a save is judged over the default one, which need not be the one the page shows.
 */
export function isAnswerFor(
  effective: { organizationId: string | null },
  owner: Owner,
  organizationId: string | undefined,
): boolean {
  const shown = owner.type === "organization" ? owner.organizationId : (organizationId ?? null);
  return effective.organizationId === shown;
}
