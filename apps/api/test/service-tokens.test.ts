import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { makeToken } from "./support/make-token.ts";
import { Person } from "./support/person.ts";
import { startApi, type TestApi } from "./support/start-api.ts";

let api: TestApi;
let dana: Person;
let kim: Person;
const ids = { acme: "", dana: "", kim: "" };

const app = (token: string) => new Person(api.url, { authorization: `Bearer ${token}` });
const query = (name: string, input: object) =>
  `/api/trpc/${name}?input=${encodeURIComponent(JSON.stringify(input))}`;
const dataOf = ({ body }: { body: unknown }) =>
  (body as { result?: { data: Record<string, unknown> } }).result?.data ?? { refused: body };
const messageOf = ({ body }: { body: unknown }) => (body as { error: { message: string } }).error.message;
const ours = () => ({ type: "organization", organizationId: ids.acme });

beforeAll(async () => {
  api = await startApi({ fetch: async () => new Response("{}", { status: 200 }) });
  [dana, kim] = [new Person(api.url), new Person(api.url)];
  await dana.signUp("dana@acme.example", { name: "Dana" });
  await kim.signUp("kim@acme.example", { name: "Kim" });
  const { owner } = api.test;
  const people = await owner<{ id: string; name: string }[]>`select id, name from auth.users`;
  for (const { id, name } of people) ids[name === "Dana" ? "dana" : "kim"] = id;
  const [acme] = await owner<{ id: string }[]>`
    select organization_id as id from public.organization_members where user_id = ${ids.dana}`;
  ids.acme = acme?.id ?? "";
  await owner`insert into public.organization_members (organization_id, user_id, role) values (${ids.acme}, ${ids.kim}, 'member')`;
});
afterAll(() => api?.[Symbol.asyncDispose]());

test("a sibling app reads what applies to members of its organization, and to nobody else", async () => {
  const { token, hint } = await makeToken(dana, ids.acme, { name: "Checkout", actions: ["effective:read"] });
  expect(hint).toBe(`aics_…${token.slice(-4)}`);
  const checkout = app(token);
  await dana.json("POST", "/api/trpc/configuration.update", {
    owner: ours(),
    configName: "default",
    updates: { model: { temperature: 0.3 } },
  });

  const over = await checkout.send("GET", query("configuration.effective", { userId: ids.kim }));
  expect(dataOf(over)).toMatchObject({
    organizationId: ids.acme,
    configuration: { model: { temperature: 0.3 } },
  });
  const rest = await checkout.send("GET", `/api/ai-configuration?userId=${ids.kim}`);
  expect(rest).toMatchObject({ status: 200, body: { effective: { model: { temperature: 0.3 } } } });
  expect(rest.body).not.toHaveProperty("userConfigurations");
  const again = await checkout.send("GET", `/api/ai-configuration?userId=${ids.kim}`, {
    headers: { "if-none-match": rest.headers.get("etag") ?? "" },
  });
  expect(again.status).toBe(304);
  const shared = await checkout.send("GET", query("configuration.effective", { owner: ours() }));
  expect(shared.status).toBe(200);

  const stranger = new Person(api.url);
  await stranger.signUp("stranger@example.com", { name: "Stranger" });
  const [outside] = await api.test.owner<{ id: string }[]>`select id from auth.users where name = 'Stranger'`;
  for (const userId of [outside?.id, "00000000-0000-4000-8000-000000000000"]) {
    expect((await checkout.send("GET", `/api/ai-configuration?userId=${userId}`)).status).toBe(404);
  }
  const own = await api.test.owner<{ id: string }[]>`
    select organization_id as id from public.organization_members where user_id = ${ids.kim} and organization_id <> ${ids.acme}`;
  const elsewhere = `/api/ai-configuration?userId=${ids.kim}&organizationId=${own[0]?.id}`;
  expect((await checkout.send("GET", elsewhere)).status).toBe(404);
  const nobody = await checkout.send("GET", "/api/ai-configuration");
  expect(nobody).toMatchObject({ status: 400, body: { errors: [{ path: "userId" }] } });
});

test("a token does what its actions say, under its name in the audit, and nothing else", async () => {
  const { token, hint, id } = await makeToken(dana, ids.acme, {
    name: "Deployer",
    actions: ["configurations:write", "audit:read"],
  });
  const deployer = app(token);
  const change = {
    owner: ours(),
    configName: "default",
    updates: { model: { maxTokens: 777 } },
    reason: "release 7",
  };
  const written = await deployer.json("POST", "/api/trpc/configuration.update", change);
  expect(dataOf(written)).toMatchObject({ effective: { configuration: { model: { maxTokens: 777 } } } });

  const audit = await deployer.send("GET", query("audit.list", { owner: ours(), limit: 1 }));
  expect(dataOf(audit)).toMatchObject({
    entries: [{ actor: { type: "token", id, name: `Deployer (${hint})` }, reason: "release 7", via: "trpc" }],
  });
  const verdict = await deployer.send("GET", query("audit.verify", { owner: ours() }));
  expect(dataOf(verdict)).toMatchObject({ problem: null });
  expect((await deployer.send("GET", `/api/audit/export?organizationId=${ids.acme}`)).status).toBe(200);

  for (const [name, input] of [
    ["key.list", { owner: ours() }],
    ["organization.members", { organizationId: ids.acme }],
    ["policy.get", { organizationId: ids.acme }],
    ["configuration.effective", { userId: ids.kim }],
  ] as const) {
    const refused = await deployer.send("GET", query(name, input));
    expect([name, refused.status, messageOf(refused)]).toEqual([
      name,
      403,
      expect.stringContaining("This token may not do that. It needs the action"),
    ]);
  }
  for (const [name, input] of [
    ["policy.set", { organizationId: ids.acme, policy: {} }],
    ["organization.delete", { organizationId: ids.acme }],
    ["organization.invite", { organizationId: ids.acme, role: "owner" }],
    ["token.create", { organizationId: ids.acme, name: "More", actions: ["audit:read"], days: 1 }],
  ] as const) {
    const refused = await deployer.json("POST", `/api/trpc/${name}`, input);
    expect([name, refused.status, messageOf(refused)]).toEqual([
      name,
      403,
      "A token cannot do this. Sign in as a person.",
    ]);
  }
  const mine = await deployer.json("POST", "/api/trpc/configuration.update", {
    ...change,
    owner: { type: "user" },
  });
  expect(mine.status).toBe(400);
  for (const [method, path, body] of [
    ["PATCH", "", { configName: "default", updates: {} }],
    ["DELETE", "", { configName: "default" }],
    ["POST", "/rotate-key", { newPrimaryKey: "sk-ant-api03-x" }],
  ] as const) {
    expect((await deployer.json(method, `/api/ai-configuration${path}`, body)).status).toBe(403);
  }
});

test("a token rotates the organization's key in its own name", async () => {
  const { token } = await makeToken(dana, ids.acme, { name: "Rotator", actions: ["keys:write"] });
  const rotator = app(token);
  const rotated = await rotator.json("POST", "/api/trpc/key.rotate", {
    owner: ours(),
    newKey: `sk-ant-api03-${"k".repeat(40)}wxyz`,
  });
  expect(dataOf(rotated)).toMatchObject({ keyVersion: 1, hint: "sk-ant-…wxyz" });
  const listed = await rotator.send("GET", query("key.list", { owner: ours() }));
  expect(listed.status).toBe(200);
  const [entry] = await api.test.owner`
    select actor_type, actor_name from public.ai_configuration_audit where subject = 'key' order by id desc limit 1`;
  expect(entry).toMatchObject({
    actor_type: "token",
    actor_name: expect.stringMatching(/^Rotator \(aics_…/),
  });
});

test("an organization's policy holds for its tokens as well", async () => {
  await dana.json("POST", "/api/trpc/policy.set", {
    organizationId: ids.acme,
    policy: { fields: { "model.temperature": { max: 0.5, onBreach: "refuse" } } },
  });
  const { token } = await makeToken(dana, ids.acme, { name: "Tuner", actions: ["configurations:write"] });
  const refused = await app(token).json("POST", "/api/trpc/configuration.update", {
    owner: ours(),
    configName: "default",
    updates: { model: { temperature: 0.9 } },
  });
  expect(refused).toMatchObject({
    status: 400,
    body: {
      error: { data: { aiConfig: { issues: [{ path: "model.temperature", code: "policy_limit" }] } } },
    },
  });
});

describe("the life of a token", () => {
  test("it is shown once, kept as a hash, seen by admins alone, and its use is noted", async () => {
    const { id, token } = await makeToken(dana, ids.acme, { name: "Reader", actions: ["policy:read"] });
    expect(token).toMatch(/^aics_[A-Za-z0-9_-]{43}$/);
    const listOf = async () => {
      const answer = await dana.send("GET", query("token.list", { organizationId: ids.acme }));
      expect(JSON.stringify(answer.body)).not.toContain(token);
      return (dataOf(answer) as unknown as { id: string }[]).find((row) => row.id === id);
    };
    expect(await listOf()).toMatchObject({
      name: "Reader",
      lastUsedAt: null,
      isExpired: false,
      createdBy: { name: "Dana" },
    });
    expect((await app(token).send("GET", query("policy.get", { organizationId: ids.acme }))).status).toBe(
      200,
    );
    expect(await listOf()).toMatchObject({ lastUsedAt: expect.stringMatching(/^20/) });
    const dump = await api.test.owner`select t::text as row from public.service_tokens t`;
    expect(JSON.stringify(dump)).not.toContain(token.slice(5));
    expect((await kim.send("GET", query("token.list", { organizationId: ids.acme }))).status).toBe(403);
  });

  test("revoked or expired it opens nothing from the next request on, also together with a cookie", async () => {
    const [revoked, expired] = [
      await makeToken(dana, ids.acme, { name: "Revoked", actions: ["policy:read"] }),
      await makeToken(dana, ids.acme, { name: "Expired", actions: ["policy:read"] }),
    ];
    const read = (token: string, cookie = "") => {
      const reader = app(token);
      reader.cookie = cookie;
      return reader.send("GET", query("policy.get", { organizationId: ids.acme }));
    };
    for (const { token } of [revoked, expired]) expect((await read(token)).status).toBe(200);
    await dana.json("POST", "/api/trpc/token.revoke", {
      organizationId: ids.acme,
      tokenId: revoked.id,
      reason: "leaked",
    });
    await api.test.owner`update public.service_tokens set expires_at = now() where id = ${expired.id}`;
    for (const { token } of [revoked, expired]) {
      expect((await read(token)).status).toBe(401);
      expect((await read(token, dana.cookie)).status).toBe(401);
    }
    const [entry] = await api.test.owner`
      select action, old_value ->> 'name' as name, reason from public.ai_configuration_audit
      where subject = 'token' and action = 'delete' order by id desc limit 1`;
    expect(entry).toEqual({ action: "delete", name: "Revoked", reason: "leaked" });
  });

  test("names, actions and days are checked, and fifty are enough", async () => {
    const create = (input: object) =>
      dana.json("POST", "/api/trpc/token.create", {
        organizationId: ids.acme,
        name: "Fine",
        actions: ["audit:read"],
        days: 30,
        ...input,
      });
    for (const wrong of [
      { name: " " },
      { name: "a\nb" },
      { name: `sk-ant-api03-${"k".repeat(40)}` },
      { name: "n".repeat(81) },
      { actions: [] },
      { actions: ["everything"] },
      { days: 0 },
      { days: 366 },
      { days: 1.5 },
      { more: true },
    ]) {
      expect([wrong, (await create(wrong)).status]).toEqual([wrong, 400]);
    }
    expect((await create({ name: "Twice" })).status).toBe(200);
    expect((await create({ name: "twice" })).status).toBe(409);
    const answers = await Promise.all(
      Array.from({ length: 55 }, (_, index) => create({ name: `Many ${index}` })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
    const [row] = await api.test.owner`
      select count(*)::int as count from public.service_tokens where organization_id = ${ids.acme}`;
    expect(row).toEqual({ count: 50 });
  });
});
