import { expect, test } from "vitest";

import {
  acceptInvitation,
  createInvitation,
  createOrganization,
  listAudit,
  listMembers,
  listOrganizations,
  removeMember,
  renameOrganization,
  updateConfiguration,
} from "../src/index.ts";
import { asUser, organizationOwner, startService, userOwner } from "./support/service.ts";

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
