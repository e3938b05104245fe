import { trpc } from "../lib/trpc.ts";
import type { Owner } from "./owner.ts";
import { effectiveInput } from "./use-effective-configuration.ts";

/**
 * Who uses models that are about to be retired or gone: a person by what applies in the organization they look at.
 * Of an organization only its owners and admins may ask.
 */
export function useLifecycle(
  owner: Owner,
  organizationId: string | undefined,
  options: { enabled: boolean },
) {
  return trpc.model.lifecycle.useQuery(effectiveInput(owner, organizationId), options);
}
