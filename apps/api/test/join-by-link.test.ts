import { createTRPCClient, httpBatchLink } from "@trpc/client";
import { expect, test } from "vitest";

import type { AppRouter } from "../src/router.ts";
import { Person } from "./support/person.ts";
import { startApi, type TestApi } from "./support/start-api.ts";

type Client = ReturnType<typeof clientOf>;

function clientOf({ url }: TestApi, person: Person) {
  return createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url: `${url}/api/trpc`, headers: () => ({ cookie: person.cookie }) })],
  });
}

async function signedUp(api: TestApi, email: string): Promise<Client> {
  const person = new Person(api.url);
  await person.signUp(email);
  return clientOf(api, person);
}

/** Dana, who owns Acme, and a way to make links to it. */
async function acme(api: TestApi) {
  const asDana = await signedUp(api, "dana@example.com");
  const { organizations } = await asDana.me.get.query();
  const organizationId = organizations[0]?.id ?? "";
  await asDana.organization.rename.mutate({ organizationId, name: "Acme Robotics" });
  const invite = async (email?: string) => {
    const { url } = await asDana.organization.invite.mutate({ organizationId, role: "member", email });
    return { token: new URL(url).searchParams.get("invitation") ?? "" };
  };
  return { asDana, organizationId, invite };
}

const refused = { data: { aiConfig: { code: "INVITATION_INVALID" } } };

test("somebody who has an account joins by a link, once, and sees the organization beside their own", async () => {
  await using api = await startApi();
  const { organizationId, invite } = await acme(api);
  const asKim = await signedUp(api, "kim@example.com");
  const link = await invite();
  expect(await asKim.organization.describeInvitation.mutate(link)).toEqual({
    state: "open",
    organizationName: "Acme Robotics",
    role: "member",
    expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
  });
  expect(await asKim.organization.acceptInvitation.mutate(link)).toEqual({ organizationId });
  const { organizations } = await asKim.me.get.query();
  expect(organizations).toHaveLength(2);
  expect(organizations.find(({ id }) => id === organizationId)).toMatchObject({ role: "member" });

  // The link of somebody who is in leads in, and is not used up.
  const second = await invite();
  expect(await asKim.organization.describeInvitation.mutate(second)).toEqual({
    state: "member",
    organizationId,
  });
  const asLee = await signedUp(api, "lee@example.com");
  expect(await asLee.organization.describeInvitation.mutate(link)).toEqual({ state: "used" });
  await expect(asLee.organization.acceptInvitation.mutate(link)).rejects.toMatchObject(refused);
});

test("a link that lets nobody in says why, and not whose it is", async () => {
  await using api = await startApi();
  const { asDana, organizationId, invite } = await acme(api);
  const asKim = await signedUp(api, "kim@example.com");

  const forLee = await invite("lee@example.com");
  const expired = await invite();
  await api.test.owner`update public.organization_invitations set expires_at = now() - interval '1 minute'
    where email is null`;
  const revoked = await invite("kim@example.com");
  const pending = await asDana.organization.invitations.query({ organizationId });
  const invitationId = pending.find(({ email }) => email === "kim@example.com")?.id ?? "";
  await asDana.organization.revokeInvitation.mutate({ organizationId, invitationId });

  for (const [link, state] of [
    [forLee, "other_address"],
    [expired, "expired"],
    [revoked, "unknown"],
    [{ token: "made-up" }, "unknown"],
  ] as const) {
    expect(await asKim.organization.describeInvitation.mutate(link)).toEqual({ state });
    await expect(asKim.organization.acceptInvitation.mutate(link)).rejects.toMatchObject(refused);
  }
  const asLee = await signedUp(api, "lee@example.com");
  expect(await asLee.organization.acceptInvitation.mutate(forLee)).toEqual({ organizationId });
});

test("a link ends with the power of who made it", async () => {
  await using api = await startApi();
  const { asDana, organizationId, invite } = await acme(api);
  const asKim = await signedUp(api, "kim@example.com");
  await asKim.organization.acceptInvitation.mutate(await invite());
  const kimId = (await asKim.me.get.query()).user.id;
  await asDana.organization.setRole.mutate({ organizationId, userId: kimId, role: "admin" });
  const { url } = await asKim.organization.invite.mutate({ organizationId, role: "viewer" });
  const link = { token: new URL(url).searchParams.get("invitation") ?? "" };
  await asDana.organization.setRole.mutate({ organizationId, userId: kimId, role: "member" });

  const asLee = await signedUp(api, "lee@example.com");
  expect(await asLee.organization.describeInvitation.mutate(link)).toEqual({ state: "withdrawn" });
  await expect(asLee.organization.acceptInvitation.mutate(link)).rejects.toMatchObject(refused);
});
