import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { Person } from "./support/person.ts";
import { startApi, type TestApi } from "./support/start-api.ts";

let api: TestApi;
let dana: Person;
const credentials = { email: "dana@example.com", password: "correct horse battery" };

beforeAll(async () => {
  api = await startApi();
  dana = new Person(api.url);
  await dana.signUp(credentials.email);
});
afterAll(() => api?.[Symbol.asyncDispose]());

const statusOf = async (person: Person, headers: Record<string, string> = {}) =>
  (await person.send("GET", "/api/ai-configuration", { headers })).status;

describe("a session", () => {
  test("T30: is a new one at each sign-in, whatever cookie was brought along", async () => {
    const victim = new Person(api.url);
    victim.cookie = "ai-config.session_token=chosen-by-somebody-else.c2lnbmF0dXJl";
    const answer = await victim.json("POST", "/api/auth/sign-in/email", credentials, { origin: api.url });
    expect(answer.status).toBe(200);
    expect(victim.cookie).not.toContain("chosen-by-somebody-else");
    const first = victim.cookie;
    await victim.json("POST", "/api/auth/sign-in/email", credentials, { origin: api.url });
    expect(victim.cookie).not.toBe(first);
    expect(await statusOf(victim)).toBe(200);
  });

  test("T30: is out of reach of scripts and of other sites, and behind TLS is never sent without it", async () => {
    const publicUrl = "https://ai.example.com";
    await using behindTls = await startApi({ publicUrl });
    const person = new Person(behindTls.url);
    const body = { name: "Kim", email: "kim@example.com", password: credentials.password };
    const answer = await person.json("POST", "/api/auth/sign-up/email", body, { origin: publicUrl });
    const cookies = answer.headers.getSetCookie();
    expect(cookies).toHaveLength(1);
    // Browsers take a cookie of that prefix from this very host alone, and from nobody who is not behind TLS.
    expect(cookies[0]).toMatch(/^__Host-ai-config\.session_token=/);
    for (const flag of ["HttpOnly", "Secure", "SameSite=Lax", "Path=/"])
      expect(cookies[0]?.split("; ")).toContain(flag);
    expect(cookies[0]).not.toMatch(/domain=/i);
    expect(answer.headers.get("strict-transport-security")).toMatch(/^max-age=\d{8}/);
    expect(await statusOf(person)).toBe(200);
    for (const planted of ["__Secure-ai-config", "ai-config"]) {
      const cookie = person.cookie.replace("__Host-ai-config", planted);
      expect([planted, await statusOf(new Person(behindTls.url), { cookie })]).toEqual([planted, 401]);
    }
    await person.json("POST", "/api/auth/sign-out", {}, { origin: publicUrl });
    expect(await statusOf(person)).toBe(401);
  });

  test("T35: is not opened by what the database holds of it", async () => {
    const [row] = await api.test.owner<
      { token: string; id: string }[]
    >`select token, id from identity.sessions limit 1`;
    for (const text of [row?.token, `${row?.token}.`, `${row?.token}.${"A".repeat(43)}%3D`, row?.id]) {
      const thief = new Person(api.url);
      expect(await statusOf(thief, { authorization: `Bearer ${text}` })).toBe(401);
      expect(await statusOf(thief, { cookie: `ai-config.session_token=${text}` })).toBe(401);
    }
  });

  test("ends for everybody who holds its cookie when the account is gone", async () => {
    const gone = new Person(api.url);
    await gone.signUp("gone@example.com");
    expect(await statusOf(gone)).toBe(200);
    await api.test.owner`delete from auth.users where email = 'gone@example.com'`;
    expect(await statusOf(gone)).toBe(401);
  });
});

test("T13: no answer may be kept by anything that is shared, and every one depends on who asks", async () => {
  for (const [method, path] of [
    ["GET", "/api/ai-configuration"],
    ["GET", "/api/trpc/me.get"],
    ["GET", "/api/audit/export"],
    ["GET", "/api/session-options"],
    ["GET", "/api/nothing"],
    ["POST", "/api/trpc/nothing"],
  ] as const) {
    const { headers } = await dana.send(method, path);
    expect([path, headers.get("cache-control")]).toEqual([
      path,
      expect.stringMatching(/^private, no-(store|cache)$/),
    ]);
    expect([path, headers.get("vary")]).toEqual([
      path,
      expect.stringMatching(/Cookie.*Authorization.*Origin/),
    ]);
  }
});

test.each(["https://evil.example", "null", "http://localhost.evil.example", "http://127.0.0.1"])(
  "T29: a page of %s is told nothing and may do nothing",
  async (origin) => {
    const read = await dana.send("GET", "/api/ai-configuration", { headers: { origin } });
    expect([...read.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    const ask = await dana.send("OPTIONS", "/api/ai-configuration", {
      headers: { origin, "access-control-request-method": "PATCH" },
    });
    expect([...ask.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    const change = { configName: "default", updates: { model: { temperature: 0.1 } } };
    expect((await dana.json("PATCH", "/api/ai-configuration", change, { origin })).status).toBe(403);
  },
);

test.each([
  "//api/ai-configuration",
  "/api//ai-configuration",
  "/api/%2e%2e/api/ai-configuration",
  "/api/ai%2Dconfiguration/../ai-configuration",
  "/API/AI-CONFIGURATION",
  "/api/ai-configuration;x=1",
  "/api/ai-configuration%00",
  "/api/trpc/configuration%2Eeffective",
  "/healthz/../api/ai-configuration",
])("T25: %s gives nobody who is not signed in anything but a refusal or the page", async (path) => {
  const tricks: Record<string, string>[] = [
    {},
    { host: "localhost/#@evil.example" },
    { "x-http-method-override": "DELETE", "x-original-url": "/healthz" },
  ];
  for (const headers of tricks) {
    const answer = await new Person(api.url).send("GET", path, { headers });
    // Where the page would be there is none here: the web app is not part of this server.
    const isPage = answer.status === 503 && String(answer.body).startsWith("The web app is not built.");
    expect([path, answer.status < 500 || isPage]).toEqual([path, true]);
    expect(JSON.stringify(answer.body)).not.toMatch(/"effective"|"configuration":\{/);
  }
});

test("T3: nobody hands out a role above their own, or takes one", async () => {
  const { body } = await dana.send("GET", "/api/trpc/organization.list");
  const [{ id: organizationId }] = (body as { result: { data: [{ id: string }] } }).result.data;
  for (const [role, reach] of [
    ["admin", ["admin", "member", "viewer"]],
    ["member", []],
    ["viewer", []],
  ] as const) {
    const person = new Person(api.url);
    await person.signUp(`${role}@example.com`);
    const [{ id } = { id: "" }] = await api.test.owner<
      { id: string }[]
    >`select id from auth.users where email = ${`${role}@example.com`}`;
    await api.test.addMember(organizationId, id, role);
    for (const offered of ["owner", "admin", "member", "viewer"]) {
      const invited = await person.json("POST", "/api/trpc/organization.invite", {
        organizationId,
        role: offered,
      });
      const isAllowed = (reach as readonly string[]).includes(offered);
      expect([role, offered, invited.status]).toEqual([role, offered, isAllowed ? 200 : 403]);
    }
    const raised = await person.json("POST", "/api/trpc/organization.setRole", {
      organizationId,
      userId: id,
      role: "owner",
    });
    expect([role, raised.status]).toEqual([role, 403]);
  }
});

test.each([
  "user_id",
  "userId",
  "organizationId",
  "organization_id",
  "priority",
  "isActive",
  "version",
  "created_by",
  "id",
  "spent",
  "role",
])("T8: %s cannot be slipped into a change", async (name) => {
  const change = { configName: "default", updates: { model: { temperature: 0.2 } } };
  for (const body of [
    { ...change, [name]: 1 },
    { ...change, updates: { ...change.updates, [name]: 1 } },
    { ...change, updates: { model: { ...change.updates.model, [name]: 1 } } },
  ]) {
    const answer = await dana.json("PATCH", "/api/ai-configuration", body);
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([
      400,
      expect.stringContaining("unknown_field"),
    ]);
  }
  const rows = await api.test.owner`select 1 from public.ai_configurations`;
  expect(rows).toHaveLength(0);
});

test("T37: no page may be framed, run foreign code or send forms elsewhere", async () => {
  const { headers } = await dana.send("GET", "/configuration");
  const policy = headers.get("content-security-policy") ?? "";
  for (const rule of [
    "default-src 'self'",
    "frame-ancestors 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ]) {
    expect(policy).toContain(rule);
  }
  expect(policy).not.toMatch(/script-src[^;]*unsafe|unsafe-eval/);
  expect(headers.get("x-frame-options")).toBe("DENY");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("referrer-policy")).toBe("no-referrer");
});
