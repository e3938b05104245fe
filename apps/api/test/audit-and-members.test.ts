import { createHash } from "node:crypto";

import { createTRPCClient, httpBatchLink } from "@trpc/client";
import { expect, test } from "vitest";

import type { AppRouter } from "../src/router.ts";
import { Person } from "./support/person.ts";
import { startApi, type TestApi } from "./support/start-api.ts";

function clientOf({ url }: TestApi, person: Person) {
  return createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url: `${url}/api/trpc`, headers: () => ({ cookie: person.cookie }) })],
  });
}

/** Dana, who owns an organization, and Kim, who may become a member of it. */
async function danaAndKim(api: TestApi) {
  const [dana, kim] = [new Person(api.url), new Person(api.url)];
  await dana.signUp("dana@example.com");
  await kim.signUp("kim@example.com", { name: "Kim Osei" });
  const [asDana, asKim] = [clientOf(api, dana), clientOf(api, kim)];
  const me = await asDana.me.get.query();
  const { id: kimId } = await idOf(api, "kim@example.com");
  return { dana, kim, asDana, asKim, kimId, organizationId: me.organizations[0]?.id ?? "" };
}

async function idOf({ test: { owner } }: TestApi, email: string): Promise<{ id: string }> {
  const [row] = await owner<{ id: string }[]>`select id from auth.users where email = ${email}`;
  if (!row) throw new Error("There is one.");
  return row;
}

interface Line {
  salt: string;
  content: string;
  contentHash: string;
  record: string;
  hash: string;
}

test("the audit of an account is a file that proves itself, of its own account only", async () => {
  await using api = await startApi();
  const { dana, kim, asDana } = await danaAndKim(api);
  const owner = { type: "user" } as const;
  await asDana.configuration.update.mutate({
    owner,
    configName: "default",
    updates: { model: { topP: 0.5 } },
  });
  await dana.json("PATCH", "/api/ai-configuration", {
    configName: "default",
    updates: { model: { topP: 0.6 } },
  });
  const answer = await dana.send("GET", "/api/audit/export");
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toContain("application/x-ndjson");
  expect(answer.headers.get("content-disposition")).toContain("audit.ndjson");
  const lines = String(answer.body)
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
  let previous = Buffer.alloc(0);
  for (const { salt, content, contentHash, record, hash } of lines) {
    const inner = createHash("sha256").update(Buffer.from(salt, "hex")).update(content).digest("hex");
    previous = createHash("sha256").update(previous).update(record).digest();
    expect([inner, previous.toString("hex")]).toEqual([contentHash, hash]);
  }
  const verdict = await asDana.audit.verify.query({ owner });
  expect(verdict).toEqual({ checked: 2, forgotten: 0, head: lines.at(-1)?.hash, problem: null });
  const { entries } = await asDana.audit.list.query({ owner });
  expect(entries.map(({ via }) => via)).toEqual(["rest", "trpc"]);
  expect(String((await kim.send("GET", "/api/audit/export")).body)).toBe("");
  expect((await new Person(api.url).send("GET", "/api/audit/export")).status).toBe(401);
});

test("an organization's audit is a file for its owners and admins", async () => {
  await using api = await startApi();
  const { dana, kim, organizationId, kimId } = await danaAndKim(api);
  const path = `/api/audit/export?organizationId=${organizationId}`;
  expect(String((await dana.send("GET", path)).body)).toContain("Dana Reyes's organization");
  expect(await kim.send("GET", path)).toMatchObject({ status: 404, body: { error: { code: "NOT_FOUND" } } });
  await api.test.addMember(organizationId, kimId, "member");
  expect(await kim.send("GET", path)).toMatchObject({ status: 403, body: { error: { code: "FORBIDDEN" } } });
  expect(await dana.send("GET", `${path}&more=1`)).toMatchObject({ status: 400 });
});

test("what was deleted comes back from the audit", async () => {
  await using api = await startApi();
  const { asDana } = await danaAndKim(api);
  const owner = { type: "user" } as const;
  await asDana.configuration.update.mutate({
    owner,
    configName: "default",
    updates: { model: { topP: 0.5 } },
  });
  await asDana.configuration.delete.mutate({ owner, configName: "default" });
  const { entries } = await asDana.audit.list.query({ owner });
  const restored = await asDana.configuration.restore.mutate({ owner, auditId: entries[0]?.id ?? "" });
  expect(restored).toMatchObject({ version: 1, effective: { configuration: { model: { topP: 0.5 } } } });
});

test("members come, change and go; who is removed has nothing from the next request on", async () => {
  await using api = await startApi();
  const { asDana, asKim, kim, kimId, organizationId } = await danaAndKim(api);
  const { url } = await asDana.organization.invite.mutate({
    organizationId,
    role: "member",
    email: "kim@example.com",
  });
  const [pending] = await asDana.organization.invitations.query({ organizationId });
  expect(pending).toMatchObject({ email: "kim@example.com", role: "member" });
  expect(url).toContain("/sign-up?invitation=");
  await asDana.organization.revokeInvitation.mutate({ organizationId, invitationId: pending?.id ?? "" });
  expect(await asDana.organization.invitations.query({ organizationId })).toEqual([]);

  await api.test.addMember(organizationId, kimId, "member");
  await asDana.organization.setRole.mutate({ organizationId, userId: kimId, role: "viewer" });
  await asKim.organization.setDefault.mutate({ organizationId });
  const before = await kim.send("GET", "/api/ai-configuration");
  expect(before.body).toMatchObject({ organizationId });
  await asDana.organization.removeMember.mutate({ organizationId, userId: kimId });
  const after = await kim.send("GET", "/api/ai-configuration");
  expect((after.body as { organizationId: string }).organizationId).not.toBe(organizationId);
  await expect(asKim.organization.members.query({ organizationId })).rejects.toMatchObject({
    data: { aiConfig: { code: "NOT_FOUND" } },
  });
});
