import { randomUUID } from "node:crypto";

import type { JWTPayload } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";

import { appRouter } from "../src/router.ts";
import { makeToken } from "./support/make-token.ts";
import { Person } from "./support/person.ts";
import { startApi, type TestApi } from "./support/start-api.ts";
import { startIssuer, type TestIssuer } from "./support/test-issuer.ts";

/**
 * Calls every procedure and route there is with what is Acme's and Dana's, as everybody who is not one of them,
 * so that a new one is attacked without being named here. What they get says nothing of Acme, and Acme stays.
 */
const MARK = "acmemark";
const IN_AN_HOUR = Math.floor(Date.now() / 1_000) + 3_600;

interface Procedure {
  readonly name: string;
  readonly method: "GET" | "POST";
  readonly input: z.core.JSONSchema.JSONSchema | undefined;
}

let api: TestApi;
let issuer: TestIssuer;
const target = {
  organizationId: "",
  userId: "",
  sessionId: "",
  configId: "",
  auditId: "",
  invitationId: "",
  tokenId: "",
};
let outsiders: readonly { who: string; person: Person }[];
let before = "";

const procedures: Procedure[] = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { _def: { type: string; inputs: z.ZodType[] } }>,
).map(([name, { _def }]) => ({
  name,
  method: _def.type === "query" ? "GET" : "POST",
  input: _def.inputs[0] && z.toJSONSchema(_def.inputs[0], { unrepresentable: "any", io: "input" }),
}));

beforeAll(async () => {
  issuer = await startIssuer();
  api = await startApi({
    fetch: async () => new Response("{}", { status: 200 }),
    issuer: issuer.settings,
  });
  const dana = new Person(api.url);
  await dana.signUp(`dana@${MARK}.example`, { name: `Dana ${MARK}` });
  const mutate = async (name: string, input: object) => {
    const answer = await dana.json("POST", `/api/trpc/${name}`, input);
    if (answer.status !== 200) throw new Error(`${name}: ${JSON.stringify(answer.body)}`);
  };
  const { owner } = api.test;
  const [row] = await owner<{ id: string; user: string }[]>`
    select o.id, o.created_by as user from public.organizations o`;
  Object.assign(target, { organizationId: row?.id, userId: row?.user });
  const shared = { type: "organization", organizationId: target.organizationId };
  for (const whose of [{ type: "user" }, shared]) {
    await mutate("configuration.update", {
      owner: whose,
      configName: "default",
      updates: { model: { stopSequences: [MARK] } },
      reason: MARK,
    });
    await mutate("key.rotate", { owner: whose, newKey: `sk-ant-api03-${MARK}${randomUUID()}` });
  }
  await mutate("organization.invite", {
    ...shared,
    type: undefined,
    role: "member",
    email: `kim@${MARK}.example`,
  });
  await mutate("policy.set", {
    organizationId: target.organizationId,
    policy: { fields: { "model.stopSequences": { lock: [MARK] } } },
  });
  target.tokenId = (await makeToken(dana, target.organizationId, { name: MARK })).id;
  const [ids] = await owner<{ config: string; audit: string; invitation: string; session: string }[]>`
    select (select id from identity.sessions) as session, (select id from public.ai_configurations where user_id is not null) as config,
      (select max(id)::text from public.ai_configuration_audit where subject = 'configuration') as audit,
      (select id from public.organization_invitations) as invitation`;
  Object.assign(target, { configId: ids?.config, auditId: ids?.audit, invitationId: ids?.invitation });
  target.sessionId = ids?.session ?? "";

  const [stranger, viewer, gone] = [new Person(api.url), new Person(api.url), new Person(api.url)];
  await stranger.signUp("stranger@example.com");
  await viewer.signUp("viewer@example.com");
  await gone.signUp("gone@example.com");
  await owner`update identity.sessions set expires_at = now() - interval '1 hour'
    where user_id = (select id from auth.users where email = 'gone@example.com')`;
  outsiders = [
    { who: "somebody with an account of their own", person: stranger },
    { who: "somebody whose session ended", person: gone },
    { who: "nobody", person: new Person(api.url) },
    { who: "a token of another organization", person: await withToken(stranger, { isRevoked: false }) },
    { who: "a token that was revoked", person: await withToken(dana, { isRevoked: true }) },
    {
      who: "a made-up token",
      person: new Person(api.url, { authorization: `Bearer aics_${"x".repeat(43)}` }),
    },
    {
      who: "somebody whose issuer says that they own Acme",
      person: await withIssuersToken({
        sub: "eve",
        role: "service_role",
        org_role: "owner",
        organization_id: target.organizationId,
        user_id: target.userId,
      }),
    },
    {
      who: "somebody whose issuer calls them by Dana's id",
      person: await withIssuersToken({ sub: target.userId }),
    },
    { who: "somebody whose issuer's token ended", person: await withIssuersToken({ sub: "eve", exp: 1 }) },
    { who: "somebody with a made-up session", person: withCookie("ai-config.session_token=abc.def") },
  ];
  before = await dump();
});
afterAll(async () => {
  await api?.[Symbol.asyncDispose]();
  await issuer?.[Symbol.asyncDispose]();
});

function withCookie(cookie: string): Person {
  const person = new Person(api.url);
  person.cookie = cookie;
  return person;
}

/** A sibling app with a token for everything in the organization of its maker. */
async function withToken(maker: Person, { isRevoked }: { isRevoked: boolean }): Promise<Person> {
  const me = await maker.send("GET", "/api/trpc/me.get");
  const { organizations } = (me.body as { result: { data: { organizations: { id: string }[] } } }).result
    .data;
  const made = await makeToken(maker, organizations[0]?.id ?? "", { name: isRevoked ? "revoked" : "app" });
  if (isRevoked) {
    const { id: tokenId } = made;
    const ended = await maker.json("POST", "/api/trpc/token.revoke", {
      organizationId: organizations[0]?.id,
      tokenId,
    });
    expect(ended.status).toBe(200);
  }
  return new Person(api.url, { authorization: `Bearer ${made.token}` });
}

async function withIssuersToken(claims: JWTPayload): Promise<Person> {
  const person = new Person(api.url, {
    authorization: `Bearer ${await issuer.sign({ ...claims, exp: claims.exp ?? IN_AN_HOUR })}`,
  });
  // Makes the account of whoever gets one.
  await person.send("GET", "/api/trpc/me.get");
  return person;
}

/** Everything stored of Acme's and Dana's. */
async function dump(): Promise<string> {
  const { owner } = api.test;
  const tables = await owner<{ name: string }[]>`
    select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and n.nspname in ('public', 'private', 'identity', 'auth') order by 1`;
  let text = "";
  for (const { name } of tables) {
    const rows = await owner.unsafe(`select to_jsonb(t)::text as row from ${name} as t
      where to_jsonb(t)::text ~ '${MARK}|${target.organizationId}|${target.userId}' order by 1`);
    text += `\n${name}\n${rows.map(({ row }) => row).join("\n")}`;
  }
  return text;
}

/** What an attacker says for a field of that name. A new name must be taught here. */
function valuesFor(name: string, schema: z.core.JSONSchema.JSONSchema): unknown[] {
  if (schema.const !== undefined) return [schema.const];
  if (schema.enum) return [schema.enum[0]];
  const known: Record<string, unknown[]> = {
    organizationId: [target.organizationId],
    userId: [target.userId],
    sessionId: [target.sessionId],
    configId: [target.configId],
    auditId: [target.auditId],
    invitationId: [target.invitationId],
    tokenId: [target.tokenId],
    actions: [["effective:read"]],
    days: [1],
    from: ["2026-01-01T00:00:00Z"],
    to: ["2026-12-31T00:00:00Z"],
    timeZone: ["UTC"],
    prompt: ["Say what you know."],
    configName: ["default"],
    updates: [{ model: { temperature: 0.1 } }],
    policy: [{ fields: { "model.temperature": { lock: 0 } } }],
    newKey: [`sk-ant-api03-${"x".repeat(40)}`],
    name: ["Taken over"],
    reason: ["because"],
    email: ["stranger@example.com"],
    token: ["t".repeat(43)],
    isActive: [false],
    overlapMs: [0],
    expectedVersion: [0, 1],
    before: [null],
    limit: [200],
  };
  const values = known[name];
  if (values === undefined) throw new Error(`Say what an attacker would send as "${name}".`);
  return values;
}

/** Inputs with what is Acme's wherever it fits: each choice of a union, and optional fields with and without. */
function inputsOf(schema: z.core.JSONSchema.JSONSchema | undefined): object[] {
  if (schema === undefined) return [{}];
  let inputs: Record<string, unknown>[] = [{}];
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const property = field as z.core.JSONSchema.JSONSchema;
    const choices = property.anyOf ?? property.oneOf;
    const isObjects = choices?.some((choice) => (choice as { type?: string }).type === "object");
    const values = isObjects
      ? (choices ?? []).flatMap((choice) => inputsOf(choice as z.core.JSONSchema.JSONSchema))
      : valuesFor(name, property);
    const isRequired = schema.required?.includes(name) ?? false;
    inputs = inputs.flatMap((input) => [
      ...values.map((value) => ({ ...input, [name]: value })),
      ...(isRequired ? [] : [input]),
    ]);
  }
  return inputs;
}

function call(person: Person, { name, method }: Procedure, input: object) {
  return method === "GET"
    ? person.send("GET", `/api/trpc/${name}?input=${encodeURIComponent(JSON.stringify(input))}`)
    : person.json("POST", `/api/trpc/${name}`, input);
}

/** Asks for what Acme hands out, where whose account is named besides does not matter. */
const isOfAcme = (input: object) => (input as { owner?: { type: string } }).owner?.type === "organization";

const namesAcme = (input: object) =>
  JSON.stringify(input).includes(target.organizationId) || JSON.stringify(input).includes(target.userId);

test("there is a procedure for every part of the product, and inputs for each", () => {
  expect(procedures.length).toBeGreaterThan(20);
  for (const { input } of procedures) expect(inputsOf(input).length).toBeGreaterThan(0);
});

test("outsiders get nothing of Acme's or Dana's out of any procedure, and change nothing with it", async () => {
  let calls = 0;
  for (const { who, person } of outsiders) {
    for (const procedure of procedures) {
      for (const input of inputsOf(procedure.input)) {
        calls += 1;
        const answer = await call(person, procedure, input);
        const said = JSON.stringify(answer.body);
        const asked = [who, procedure.name, input, answer.status];
        expect([...asked, said.includes(MARK)]).toEqual([...asked, false]);
        if (namesAcme(input)) {
          expect([...asked, [401, 403, 404].includes(answer.status)]).toEqual([...asked, true]);
          for (const id of [target.userId, target.configId])
            expect([...asked, said.includes(id)]).toEqual([...asked, false]);
        }
      }
    }
    expect([who, (await dump()) === before]).toEqual([who, true]);
  }
  expect(calls).toBeGreaterThan(150);
});

test("whoever is let in hears of what is Acme's and Dana's as of what nobody has", async () => {
  const ids = Object.values(target).filter((id) => id.includes("-"));
  const elsewhere = (text: string) =>
    ids
      .reduce((changed, id) => changed.replaceAll(id, `ffff${id.slice(4)}`), text)
      .replaceAll(`"auditId":"${target.auditId}"`, '"auditId":"999999999"');
  const saidOf = ({ status, body }: { status: number; body: unknown }) =>
    elsewhere(JSON.stringify([status, body])).replaceAll(/"requestId":"[^"]*"/g, "");
  let compared = 0;
  for (const { who, person } of outsiders) {
    if ((await person.send("GET", "/api/trpc/model.list")).status !== 200) continue;
    for (const procedure of procedures) {
      for (const input of inputsOf(procedure.input)) {
        const other: object = JSON.parse(elsewhere(JSON.stringify(input)));
        if (JSON.stringify(other) === JSON.stringify(input)) continue;
        compared += 1;
        const [known, unknown] = [await call(person, procedure, input), await call(person, procedure, other)];
        expect([who, procedure.name, input, saidOf(known)]).toEqual([
          who,
          procedure.name,
          input,
          saidOf(unknown),
        ]);
      }
    }
  }
  expect(compared).toBeGreaterThan(100);
});

describe("over REST", () => {
  test("outsiders get and change nothing of Acme's", async () => {
    for (const { who, person } of outsiders) {
      for (const path of ["/api/ai-configuration", "/api/audit/export"]) {
        const answer = await person.send("GET", `${path}?organizationId=${target.organizationId}`);
        expect([who, path, [401, 403, 404].includes(answer.status)]).toEqual([who, path, true]);
        const own = await person.send("GET", path);
        expect([who, path, JSON.stringify(own.body).includes(MARK)]).toEqual([who, path, false]);
      }
      for (const extra of [
        { userId: target.userId },
        { organizationId: target.organizationId },
        { owner: target },
      ]) {
        const body = { configName: "default", updates: { model: { temperature: 0.1 } }, ...extra };
        const patched = await person.json("PATCH", "/api/ai-configuration", body);
        expect([who, extra, [400, 401, 403].includes(patched.status)]).toEqual([who, extra, true]);
        const deleted = await person.json("DELETE", "/api/ai-configuration", {
          configName: "default",
          ...extra,
        });
        expect([who, extra, [400, 401, 403].includes(deleted.status)]).toEqual([who, extra, true]);
      }
      expect([who, (await dump()) === before]).toEqual([who, true]);
    }
  });
});

test("a viewer reads what the organization hands out, and neither changes it nor sees what is its owners' alone", async () => {
  const viewer = new Person(api.url);
  await viewer.signUp("reader@example.com");
  const [{ id } = { id: "" }] = await api.test.owner<{ id: string }[]>`
    select id from auth.users where email = 'reader@example.com'`;
  await api.test.addMember(target.organizationId, id, "viewer");
  const start = await dump();
  const readable = new Set([
    "budget.status",
    "configuration.effective",
    "configuration.list",
    "key.list",
    "me.get",
    "organization.list",
    "organization.members",
    "organization.setDefault",
    "policy.get",
  ]);
  for (const procedure of procedures) {
    for (const input of inputsOf(procedure.input)) {
      if (
        !JSON.stringify(input).includes(target.organizationId) ||
        procedure.name === "organization.setDefault"
      )
        continue;
      // Whose own configuration applies within Acme is theirs to read.
      const answer = await call(viewer, procedure, input);
      const asked = [procedure.name, input];
      const isAnothers = procedure.name === "configuration.effective" && "userId" in input;
      const mayRead = !isAnothers && (readable.has(procedure.name) || isOwnWithinAcme(input));
      const expected = mayRead ? [200] : isAnothers && isOfAcme(input) ? [200, 404] : [403, 404];
      expect([...asked, answer.status, expected.includes(answer.status)]).toEqual([
        ...asked,
        answer.status,
        true,
      ]);
      const said = JSON.stringify(answer.body);
      expect([...asked, said.includes(`kim@${MARK}`)]).toEqual([...asked, false]);
    }
  }
  expect(await dump()).toBe(start);
});

/** Asks for what is the caller's own, with Acme as the organization in force. */
function isOwnWithinAcme(input: object): boolean {
  const { owner } = input as { owner?: { type: string } };
  return owner?.type === "user" && "organizationId" in input;
}
