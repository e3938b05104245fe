import { trpc } from "../lib/trpc.ts";
import type { Owner } from "./owner.ts";

/** Who uses models that are about to be retired or gone. Of an organization only its owners and admins may ask. */
export function useLifecycle(owner: Owner, options: { enabled: boolean }) {
  return trpc.model.lifecycle.useQuery({ owner }, options);
}
