/** Whose configuration or key it is: one account's, or one organization's. */
export type Owner = { type: "user"; userId: string } | { type: "organization"; organizationId: string };

/** The id inside an owner. It is unique within the owner's type only. */
export function ownerId(owner: Owner): string {
  return owner.type === "user" ? owner.userId : owner.organizationId;
}

/** An owner as one word. An account and an organization with the same id stay different. */
export function ownerKey(owner: Owner): string {
  return `${owner.type}:${ownerId(owner)}`;
}
