import { useSyncExternalStore } from "react";
import { type Membership, useMe } from "./use-me.ts";

const storageKey = "ai-config.organization";
const listeners = new Set<() => void>();

/** Remembers in this tab which of several organizations is looked at. */
export function chooseOrganization(organizationId: string) {
  sessionStorage.setItem(storageKey, organizationId);
  for (const listener of listeners) listener();
}

/** The organization whose settings are shown: the chosen one, else the person's default, else the first. */
export function useCurrentOrganization(): Membership | undefined {
  const { organizations } = useMe();
  const chosen = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => sessionStorage.getItem(storageKey),
  );
  return (
    organizations.find((organization) => organization.id === chosen) ??
    organizations.find((organization) => organization.isDefault) ??
    organizations[0]
  );
}

/** Whether this role may change what belongs to the organization. */
export function mayEdit(role: Membership["role"]): boolean {
  return role === "owner" || role === "admin";
}
