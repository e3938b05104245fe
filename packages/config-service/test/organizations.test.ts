import type { MemberRole } from "@ai-config/db";
import { expect, test } from "vitest";

import {
  acceptInvitation,
  createInvitation,
  createOrganization,
  deleteOrganization,
  getEffectiveConfiguration,
  listAudit,
  listInvitations,
  listMembers,
  listOrganizations,
  removeMember,
  renameOrganization,
  revokeInvitation,
  setDefaultOrganization,
  setMemberRole,
  updateConfiguration,
} from "../src/index.ts";
import { asUser, organizationOwner, startService, type TestService, userOwner } from "./support/service.ts";

test("who makes an organization owns it, and it is their default when it is their first", async () => {
  await using service = await startService();
  const { ctx } = service;
  const actor = asUser(await service.database.createUser());
  const first = await createOrganization(ctx, { actor, name: "  Acme Robotics " });
  await createOrganization(ctx, { actor, name: "Second" });
  await renameOrganization(ctx, { actor, organizationId: first.id, name: "Acme" });
  const organizations = await listOrganizations(ctx, { actor });
  expect(organizations).toHaveLength(2);
  expect(organizations.find(({ id }) => id === first.id)).toEqual({
    id: first.id,
    name: "Acme",
    role: "owner",
    isDefault: true,
    memberCount: 1,
  });
});

test("an invitation admits the account it is for, once, in the role it names", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const ownerActor = asUser(await database.createUser("owner@example.com"));
  const kim = asUser(await database.createUser("kim@example.com"));
  const other = asUser(await database.createUser("other@example.com"));
  const { id: organizationId } = await createOrganization(ctx, { actor: ownerActor, name: "Acme" });
  const { token } = await createInvitation(ctx, {
    actor: ownerActor,
    organizationId,
    role: "viewer",
    email: "Kim@example.com",
  });

  const refused = { code: "INVITATION_INVALID" };
  await expect(acceptInvitation(ctx, { actor: other, token })).rejects.toMatchObject(refused);
  expect(await acceptInvitation(ctx, { actor: kim, token })).toEqual({ organizationId });
  await expect(acceptInvitation(ctx, { actor: kim, token })).rejects.toMatchObject(refused);
  const members = await listMembers(ctx, { actor: kim, organizationId });
  expect(members.map(({ email, role }) => [email, role]).sort()).toEqual([
    ["kim@example.com", "viewer"],
    ["owner@example.com", "owner"],
  ]);
  await expect(createInvitation(ctx, { actor: kim, organizationId, role: "viewer" })).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
});

test("the last owner can neither leave nor be removed", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const userId = await database.createUser();
  const actor = asUser(userId);
  const { id: organizationId } = await createOrganization(ctx, { actor, name: "Acme" });
  await expect(removeMember(ctx, { actor, organizationId, userId })).rejects.toMatchObject({
    code: "LAST_OWNER",
  });
});

test("the audit names the people the reader may know, and a new row shows only what it sets", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const userId = await database.createUser("dana@example.com");
  const actor = asUser(userId);
  const change = { actor, configName: "default", updates: { model: { temperature: 0.3 } } };
  await updateConfiguration(ctx, { ...change, owner: userOwner(userId) });
  const own = await listAudit(ctx, { actor, owner: userOwner(userId) });
  expect(own.entries).toMatchObject([
    {
      actor: { type: "user", id: userId, name: "dana@example.com" },
      changes: [{ path: "model.temperature", from: null, to: 0.3 }],
    },
  ]);

  const { id: organizationId } = await createOrganization(ctx, { actor, name: "Acme" });
  const kimId = await database.createUser("kim@example.com");
  await database.addMember(organizationId, kimId, "admin");
  const owner = organizationOwner(organizationId);
  await updateConfiguration(ctx, { ...change, actor: asUser(kimId), owner });
  const entryOf = async (subject: string, action: string) => {
    const { entries } = await listAudit(ctx, { actor, owner });
    return entries.find((entry) => entry.subject === subject && entry.action === action);
  };
  const named = { actor: { id: kimId, name: "kim@example.com" } };
  expect(await entryOf("configuration", "insert")).toMatchObject(named);
  expect(await entryOf("member", "insert")).toMatchObject({
    configId: kimId,
    memberName: "kim@example.com",
    changes: [{ path: "role", from: null, to: "admin" }],
  });
  await removeMember(ctx, { actor, organizationId, userId: kimId });
  expect(await entryOf("configuration", "insert")).toMatchObject({ actor: { id: kimId, name: null } });
  expect(await entryOf("member", "delete")).toMatchObject({
    configId: kimId,
    memberName: null,
    actor: { id: userId },
  });
});

/** Acme with somebody in each role, and a stranger. */
async function acme({ ctx, database }: TestService) {
  const [owner, admin, member, viewer, stranger] = await Promise.all(
    ["owner", "admin", "member", "viewer", "stranger"].map((name) =>
      database.createUser(`${name}@example.com`),
    ),
  );
  if (!owner || !admin || !member || !viewer || !stranger) throw new Error("There are five.");
  const { id: organizationId } = await createOrganization(ctx, { actor: asUser(owner), name: "Acme" });
  await database.addMember(organizationId, admin, "admin");
  await database.addMember(organizationId, member, "member");
  await database.addMember(organizationId, viewer, "viewer");
  return { owner, admin, member, viewer, stranger, organizationId };
}

const forbidden = { code: "FORBIDDEN" };
const absent = { code: "NOT_FOUND" };

test("roles are changed by owners and admins; only owners make, change or unmake owners", async () => {
  await using service = await startService();
  const { ctx } = service;
  const { owner, admin, member, viewer, stranger, organizationId } = await acme(service);
  const set = (actor: string, userId: string, role: MemberRole) =>
    setMemberRole(ctx, { actor: asUser(actor), organizationId, userId, role });
  await set(admin, viewer, "member");
  await expect(set(admin, member, "owner")).rejects.toMatchObject(forbidden);
  await expect(set(admin, owner, "viewer")).rejects.toMatchObject(forbidden);
  await expect(set(member, member, "admin")).rejects.toMatchObject(forbidden);
  await expect(set(viewer, viewer, "admin")).rejects.toMatchObject(forbidden);
  await expect(set(stranger, stranger, "owner")).rejects.toMatchObject(absent);
  await expect(set(owner, stranger, "member")).rejects.toMatchObject(absent);
  await expect(set(owner, owner, "admin")).rejects.toMatchObject({ code: "LAST_OWNER" });
  await set(owner, admin, "owner");
  await set(admin, owner, "viewer");
  const members = await listMembers(ctx, { actor: asUser(member), organizationId });
  expect(members.map(({ userId, role }) => [userId, role])).toEqual([
    [admin, "owner"],
    [member, "member"],
    [viewer, "member"],
    [owner, "viewer"],
  ]);
});

test("who leaves or is removed has nothing of the organization from the next request on, in every process", async () => {
  await using service = await startService();
  const { ctx } = service;
  const elsewhere = await service.another();
  const { owner, admin, member, organizationId } = await acme(service);
  await updateConfiguration(ctx, {
    actor: asUser(owner),
    owner: organizationOwner(organizationId),
    configName: "default",
    updates: { model: { temperature: 0.1 } },
  });
  const temperature = async (where: typeof ctx, userId: string, explicit?: string) =>
    (
      await getEffectiveConfiguration(where, {
        actor: asUser(userId),
        userId,
        organizationId: explicit ?? null,
      })
    ).configuration.model.temperature;
  for (const where of [ctx, elsewhere]) expect(await temperature(where, member, organizationId)).toBe(0.1);
  await removeMember(ctx, { actor: asUser(admin), organizationId, userId: member });
  await expect(temperature(ctx, member, organizationId)).rejects.toMatchObject(absent);
  await expect
    .poll(() => temperature(elsewhere, member, organizationId).catch(({ code }) => code))
    .toBe("NOT_FOUND");
  expect(await temperature(ctx, member)).toBe(0.7);
  await removeMember(ctx, { actor: asUser(admin), organizationId, userId: admin });
  await expect(listMembers(ctx, { actor: asUser(admin), organizationId })).rejects.toMatchObject(absent);
});

test("an account chooses which of its organizations applies, and none of somebody else's", async () => {
  await using service = await startService();
  const { ctx } = service;
  const { member, stranger, organizationId } = await acme(service);
  const { id: own } = await createOrganization(ctx, { actor: asUser(member), name: "Own" });
  const read = () => getEffectiveConfiguration(ctx, { actor: asUser(member), userId: member });
  expect(await read()).toMatchObject({ organizationId });
  await setDefaultOrganization(ctx, { actor: asUser(member), organizationId: own });
  expect(await read()).toMatchObject({ organizationId: own });
  await expect(
    setDefaultOrganization(ctx, { actor: asUser(stranger), organizationId }),
  ).rejects.toMatchObject(absent);
});

test("links are listed and ended by owners and admins, and an ended one admits nobody", async () => {
  await using service = await startService();
  const { ctx } = service;
  const { owner, admin, member, stranger, organizationId } = await acme(service);
  const asked = { organizationId, role: "viewer" as const, email: "stranger@example.com" };
  const { token } = await createInvitation(ctx, { ...asked, actor: asUser(admin) });
  await expect(listInvitations(ctx, { actor: asUser(member), organizationId })).rejects.toMatchObject(
    forbidden,
  );
  await expect(listInvitations(ctx, { actor: asUser(stranger), organizationId })).rejects.toMatchObject(
    absent,
  );
  const [pending, ...others] = await listInvitations(ctx, { actor: asUser(owner), organizationId });
  expect(others).toEqual([]);
  expect(pending).toMatchObject({ role: "viewer", email: "stranger@example.com", invitedBy: admin });
  expect(JSON.stringify(pending)).not.toContain(token);
  const which = { organizationId, invitationId: pending?.id ?? "" };
  await expect(revokeInvitation(ctx, { ...which, actor: asUser(member) })).rejects.toMatchObject(forbidden);
  await revokeInvitation(ctx, { ...which, actor: asUser(owner) });
  await expect(revokeInvitation(ctx, { ...which, actor: asUser(owner) })).rejects.toMatchObject(absent);
  await expect(acceptInvitation(ctx, { actor: asUser(stranger), token })).rejects.toMatchObject({
    code: "INVITATION_INVALID",
  });
});

test("an organization is deleted by its owners, with what it handed to its members", async () => {
  await using service = await startService();
  const { ctx } = service;
  const { owner, admin, member, stranger, organizationId } = await acme(service);
  await expect(deleteOrganization(ctx, { actor: asUser(admin), organizationId })).rejects.toMatchObject(
    forbidden,
  );
  await expect(deleteOrganization(ctx, { actor: asUser(stranger), organizationId })).rejects.toMatchObject(
    absent,
  );
  const read = () => getEffectiveConfiguration(ctx, { actor: asUser(member), userId: member });
  expect(await read()).toMatchObject({ organizationId });
  await deleteOrganization(ctx, { actor: asUser(owner), organizationId });
  expect(await read()).toMatchObject({ organizationId: null });
  expect(await listOrganizations(ctx, { actor: asUser(owner) })).toEqual([]);
});
