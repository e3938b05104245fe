import type { ServiceContext } from "./context.ts";
import type { Owner } from "./owner.ts";

/** Drops what this process remembers of an owner after it wrote, so that it reads its own writes. */
export function forgetOwner({ cache }: Pick<ServiceContext, "cache">, owner: Owner): void {
  cache.noteReachable();
  if (owner.type === "user") cache.forgetUser(owner.userId);
  else cache.forgetOrganization(owner.organizationId);
}
