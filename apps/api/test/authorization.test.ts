import { createTRPCClient, httpBatchLink, TRPCClientError } from "@trpc/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type AppRouter, appRouter } from "../src/router.ts";
import { Person } from "./support/person.ts";
import { startApi, type TestApi } from "./support/start-api.ts";

let api: TestApi;
let dana: Person;
let kim: Person;
let organizationId: string;

beforeAll(async () => {
  api = await startApi();
  dana = new Person(api.url);
  kim = new Person(api.url);
  await dana.signUp("dana@example.com");
  await kim.signUp("kim@example.com", { name: "Kim Osei" });
  organizationId = (await clientOf(dana).me.get.query()).organizations[0]?.id ?? "";
});

afterAll(() => api?.[Symbol.asyncDispose]());

function clientOf(person: Person) {
  return createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url: `${api.url}/api/trpc`, headers: () => ({ cookie: person.cookie }) })],
  });
}

/** A refusal as a typed client sees it. */
async function refusalOf(call: Promise<unknown>) {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof TRPCClientError)) throw new Error("The call was not refused.");
  return error.data as {
    httpStatus: number;
    stack?: string;
    aiConfig: { code: string; issues: { path: string }[] };
  };
}

test("every procedure there is asks for a session before it looks at its input", async () => {
  const procedures = Object.entries(
    appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>,
  );
  expect(procedures.length).toBeGreaterThan(12);
  for (const [name, { _def }] of procedures) {
    const method = _def.type === "query" ? "GET" : "POST";
    const stranger = new Person(api.url);
    const init = method === "POST" ? { body: "{}", headers: { "content-type": "application/json" } } : {};
    const answer = await stranger.send(method, `/api/trpc/${name}`, init);
    expect([name, answer.status]).toEqual([name, 401]);
  }
});

describe("an organization that is not one's own", () => {
  test("cannot be read, changed, counted or told from one that does not exist", async () => {
    const nowhere = "5f0c1a52-1d3c-4a7e-9a43-0d6c8b1f7e11";
    for (const id of [organizationId, nowhere]) {
      const owner = { type: "organization", organizationId: id } as const;
      const stranger = clientOf(kim);
      const updates = { model: { temperature: 0.1 } };
      for (const call of [
        () => stranger.configuration.effective.query({ owner }),
        () => stranger.configuration.effective.query({ organizationId: id }),
        () => stranger.configuration.list.query({ owner }),
        () => stranger.configuration.update.mutate({ owner, configName: "default", updates }),
        () => stranger.configuration.delete.mutate({ owner, configName: "default" }),
        () => stranger.audit.list.query({ owner }),
        () => stranger.key.list.query({ owner }),
        () => stranger.key.rotate.mutate({ owner, newKey: `sk-ant-${"x".repeat(30)}` }),
        () => stranger.organization.members.query({ organizationId: id }),
        () => stranger.organization.rename.mutate({ organizationId: id, name: "Mine" }),
        () => stranger.organization.invite.mutate({ organizationId: id, role: "owner" }),
      ]) {
        const refusal = await refusalOf(call());
        expect([String(call), refusal.aiConfig.code]).toEqual([String(call), "NOT_FOUND"]);
        expect(refusal.stack).toBeUndefined();
      }
    }
  });
});

describe("roles", () => {
  test("a member reads the organization's configuration and may not change it; an admin may", async () => {
    const [member, admin] = [new Person(api.url), new Person(api.url)];
    for (const [person, role] of [
      [member, "member"],
      [admin, "admin"],
    ] as const) {
      const { url } = await clientOf(dana).organization.invite.mutate({ organizationId, role });
      const invitation = new URL(url).searchParams.get("invitation");
      expect((await person.signUp(`${role}@example.com`, { invitation })).status).toBe(200);
    }
    const owner = { type: "organization", organizationId } as const;
    const change = { owner, configName: "default", updates: { model: { temperature: 0.4 } } };
    expect((await refusalOf(clientOf(member).configuration.update.mutate(change))).aiConfig.code).toBe(
      "FORBIDDEN",
    );
    expect((await clientOf(admin).configuration.update.mutate(change)).version).toBe(1);
    const { sources } = await clientOf(member).configuration.effective.query({});
    expect(sources["model.temperature"]).toMatchObject({ source: "organization", value: 0.4 });
  });
});

describe("refusals", () => {
  test("name every problem by its path, over tRPC as over REST", async () => {
    const updates = { model: { temperature: 2, topP: "high" }, nonsense: {} };
    const refusal = await refusalOf(
      clientOf(dana).configuration.update.mutate({ owner: { type: "user" }, configName: "default", updates }),
    );
    expect(refusal.httpStatus).toBe(400);
    const paths = refusal.aiConfig.issues.map(({ path }) => path).sort();
    expect(paths).toEqual(["model.temperature", "model.topP", "nonsense"]);
  });

  test("a version that was overtaken is a conflict", async () => {
    const change = {
      owner: { type: "user" } as const,
      configName: "stale",
      updates: { model: { temperature: 0.2 } },
    };
    await clientOf(dana).configuration.update.mutate({ ...change, expectedVersion: 0 });
    const refusal = await refusalOf(
      clientOf(dana).configuration.update.mutate({ ...change, expectedVersion: 0 }),
    );
    expect([refusal.httpStatus, refusal.aiConfig.code]).toEqual([409, "CONFIGURATION_STALE"]);
  });

  test("a failure nobody expected says nothing about itself, and its log holds no values", async () => {
    await api.test.owner`alter table public.organizations rename column name to title`;
    try {
      const answer = await dana.send("GET", "/api/trpc/organization.list");
      expect(answer.status).toBe(500);
      expect(JSON.stringify(answer.body)).toContain("INTERNAL");
      expect(JSON.stringify(answer.body)).not.toMatch(/select|organizations|node_modules|stack"/i);
      expect(api.logged()).toContain("42703");
      expect(api.logged()).not.toMatch(/select |dana@example\.com|correct horse/i);
    } finally {
      await api.test.owner`alter table public.organizations rename column title to name`;
    }
  });
});
