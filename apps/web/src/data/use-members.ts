import { trpc } from "../lib/trpc.ts";

/** Who belongs to an organization. */
export function useMembers(organizationId: string) {
  return trpc.organization.members.useQuery({ organizationId });
}
