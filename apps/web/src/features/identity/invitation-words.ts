import type { InvitationOffer } from "../../data/use-invitation.ts";
import type { Membership } from "../../data/use-me.ts";

export type InvitationRefusal = Exclude<InvitationOffer["state"], "open" | "member">;

/** Why a link does not let this person in, and what to do. It names no organization. */
export function refusalText(refusal: InvitationRefusal, email: string): string {
  switch (refusal) {
    case "used":
      return "Somebody has joined with this link already. Each link works once: ask for a new one.";
    case "expired":
      return "This invitation has expired. Ask for a new one.";
    case "other_address":
      return `This invitation is for another e-mail address than ${email}. Sign in with the account it was made for.`;
    case "withdrawn":
      return "Whoever made this link may no longer invite people. Ask an owner or admin for a new one.";
    case "unknown":
      return "There is no such invitation. It may have been taken back, or the link was copied only in part.";
  }
}

const roles: Record<Membership["role"], string> = {
  owner: "an owner, who may do everything",
  admin: "an admin, who manages its settings, keys and members",
  member: "a member, who uses its settings and sets their own",
  viewer: "a viewer, who reads its settings",
};

/** What somebody will be in the organization. */
export function roleText(role: Membership["role"]): string {
  return roles[role];
}

/** Whether what is joined should apply by default: it should where nobody shares the present default. */
export function suggestsDefault(organizations: readonly Pick<Membership, "isDefault" | "memberCount">[]) {
  const present = organizations.find((organization) => organization.isDefault);
  return present === undefined || present.memberCount === 1;
}

/** The address at which somebody who is signed in answers an invitation. */
export function joinPath(invitation: string): string {
  return `/join?${new URLSearchParams({ invitation })}`;
}
