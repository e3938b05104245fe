import type { Membership } from "../../data/use-me.ts";

export type Role = Membership["role"];

export const roleWords: Readonly<Record<Role, string>> = {
  owner: "Owner",
  admin: "Admin",
  member: "Member",
  viewer: "Viewer",
};

const roleHints: Readonly<Record<Role, string>> = {
  owner: "Does everything, also with owners",
  admin: "Manages settings, keys and members",
  member: "Uses the settings and sets their own",
  viewer: "Reads the settings",
};

const roles: readonly Role[] = ["owner", "admin", "member", "viewer"];

/** The roles somebody with this role may hand out. Only owners make owners. */
export function rolesToGive(mine: Role): Role[] {
  if (mine === "owner") return [...roles];
  return mine === "admin" ? roles.filter((role) => role !== "owner") : [];
}

/** Whether somebody may give this member another role or end the membership. Only owners touch owners. */
export function mayManage(mine: Role, theirs: Role): boolean {
  return rolesToGive(mine).includes(theirs);
}

/** Roles as choices, with what each may do. */
export function roleOptions(choices: readonly Role[]) {
  return choices.map((role) => ({ value: role, label: roleWords[role], hint: roleHints[role] }));
}

/** "an owner", "a member". */
export function withArticle(role: Role): string {
  return `${/^[aeiou]/.test(role) ? "an" : "a"} ${role}`;
}

/** Whether a text from a form is a role. */
export function isRole(text: string): text is Role {
  return (roles as readonly string[]).includes(text);
}
