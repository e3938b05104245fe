import { randomUUID } from "node:crypto";

import { connect, migrate } from "@ai-config/db";
import { createSupabaseProject } from "@ai-config/db/testing";
import type { JWTPayload } from "jose";
import { expect, test } from "vitest";

import { Person } from "./support/person.ts";
import { startApi } from "./support/start-api.ts";
import { startIssuer } from "./support/test-issuer.ts";

/** The product on a Supabase project, whose accounts and tokens are Supabase's. */
async function startOnSupabase() {
  const supabase = await createSupabaseProject();
  await migrate({ url: supabase.ownerUrl });
  const issuer = await startIssuer();
  // As older projects are: nothing describes where the keys are.
  issuer.description = null;
  const database = connect({ url: supabase.appUrl, applicationName: "ai-config test" });
  const on = { database, appUrl: supabase.appUrl };
  const api = await startApi({ issuer: issuer.settings, signUp: "invitation", on });
  const addUser = async (more: Record<string, unknown> = {}) => {
    const row = { id: randomUUID(), email: "dana@example.com", is_anonymous: false, ...more };
    await supabase.project`insert into auth.users
      select * from jsonb_populate_record(null::auth.users, ${JSON.stringify(row)}::text::jsonb)`;
    return row.id;
  };
  const send = async (claims: JWTPayload, method: string, path: string, body?: unknown) => {
    const headers = { authorization: `Bearer ${await issuer.sign({ role: "authenticated", ...claims })}` };
    const person = new Person(api.url);
    return body === undefined
      ? person.send(method, path, { headers })
      : person.json(method, path, body, headers);
  };
  return {
    ...supabase,
    issuer,
    api,
    addUser,
    send,
    [Symbol.asyncDispose]: async () => {
      await api[Symbol.asyncDispose]();
      await issuer[Symbol.asyncDispose]();
      await database.close();
      await supabase[Symbol.asyncDispose]();
    },
  };
}

const path = "/api/ai-configuration";

test("an account of Supabase's signs in by its token, and is who it is there, however the token spells it", async () => {
  await using supabase = await startOnSupabase();
  const { addUser, send, project } = supabase;
  const sub = await addUser({ raw_user_meta_data: { name: "Dana Reyes" } });
  expect((await send({ sub }, "GET", "/api/trpc/me.get")).body).toEqual({
    result: {
      data: {
        user: { id: sub, name: "Dana Reyes", email: "dana@example.com" },
        organizations: [],
        signUp: "invitation",
      },
    },
  });
  const patch = { configName: "default", updates: { model: { temperature: 0.25 } } };
  expect((await send({ sub }, "PATCH", path, patch)).body).toEqual({ success: true });
  expect((await send({ sub: sub.toUpperCase() }, "GET", path)).body).toMatchObject({
    effective: { model: { temperature: 0.25 } },
  });
  const shouted = await send({ sub: sub.toUpperCase() }, "GET", "/api/trpc/me.get");
  expect(shouted.body).toMatchObject({ result: { data: { user: { id: sub } } } });
  // Nothing is said by the token but who it is.
  const claims = { sub, email: "boss@example.com", email_verified: true, name: "Boss", role: "service_role" };
  expect((await send(claims, "GET", "/api/trpc/me.get")).body).toMatchObject({
    result: { data: { user: { name: "Dana Reyes", email: "dana@example.com" } } },
  });
  expect(await project`select from identity.issuer_accounts`).toHaveLength(0);
});

test("they work in organizations: make one, invite, join, set a policy, read the audit", async () => {
  await using supabase = await startOnSupabase();
  const { addUser, send } = supabase;
  const [dana, kim] = [await addUser(), await addUser({ email: "kim@example.com" })];
  const call = async (sub: string, name: string, input: object) => {
    const answer = await send({ sub }, "POST", `/api/trpc/${name}`, input);
    expect([name, answer.status, answer.body]).toEqual([name, 200, answer.body]);
    return (answer.body as { result: { data: Record<string, string> } }).result.data;
  };
  const { id: organizationId } = await call(dana, "organization.create", { name: "Acme" });
  const { url } = await call(dana, "organization.invite", {
    organizationId,
    role: "member",
    email: "kim@example.com",
  });
  const token = new URL(url ?? "").searchParams.get("invitation") ?? "";
  await call(kim, "organization.acceptInvitation", { token });
  await call(dana, "policy.set", {
    organizationId,
    policy: { fields: { "model.temperature": { max: 0.1 } } },
  });
  expect((await send({ sub: kim }, "GET", path)).body).toMatchObject({
    effective: { model: { temperature: 0.1 } },
  });
  expect(
    (await send({ sub: dana }, "GET", `/api/audit/export?organizationId=${organizationId}`)).status,
  ).toBe(200);
  expect((await send({ sub: kim }, "GET", `/api/audit/export?organizationId=${organizationId}`)).status).toBe(
    403,
  );
  // By the address for people who have no account yet, too.
  const lee = await addUser({ email: "lee@example.com" });
  const { url: second } = await call(dana, "organization.invite", { organizationId, role: "viewer" });
  const invitation = new URL(second ?? "").searchParams.get("invitation");
  expect((await send({ sub: lee }, "POST", "/api/auth/sign-up/token", { invitation })).status).toBe(200);
});

test("whoever is gone, banned or anonymous there, or no account at all, is nobody here, whatever their token says", async () => {
  await using supabase = await startOnSupabase();
  const { addUser, send, project, auth } = supabase;
  const kim = await addUser();
  expect((await send({ sub: kim }, "GET", path)).status).toBe(200);
  await project.unsafe(`set role ${auth}; delete from auth.users where id = '${kim}'; reset role`);
  const gone = [
    kim,
    await addUser({ deleted_at: "2001-01-01" }),
    await addUser({ banned_until: "2999-01-01" }),
    await addUser({ is_anonymous: true }),
    randomUUID(),
    "dana@example.com",
    "' or true --",
    `{${await addUser()}}`,
    (await addUser()).replaceAll("-", ""),
  ];
  for (const sub of gone) {
    expect([sub, (await send({ sub }, "GET", path)).status]).toEqual([sub, 401]);
    expect([sub, (await send({ sub }, "POST", "/api/auth/sign-up/token", {})).status]).toEqual([sub, 401]);
    const rotated = await send({ sub }, "POST", `${path}/rotate-key`, { newPrimaryKey: "sk-ant-api03-none" });
    expect([sub, rotated.status]).toEqual([sub, 401]);
  }
  expect(await project`select from auth.users where id = ${kim}`).toHaveLength(0);
});

test("passwords are Supabase's business", async () => {
  await using supabase = await startOnSupabase();
  const { api } = supabase;
  expect((await new Person(api.url).signUp("dana@example.com")).status).toBe(404);
  const signIn = { email: "dana@example.com", password: "correct horse battery" };
  const answer = await new Person(api.url).json("POST", "/api/auth/sign-in/email", signIn, {
    origin: api.url,
  });
  expect(answer.status).toBe(404);
  expect((await new Person(api.url).send("GET", "/api/session-options")).body).toEqual({
    signUp: "invitation",
    hasAccounts: true,
    sendsMails: false,
  });
  expect(
    (await new Person(api.url).send("GET", path, { headers: { cookie: "ai-config.session_token=a.b" } }))
      .status,
  ).toBe(401);
});
