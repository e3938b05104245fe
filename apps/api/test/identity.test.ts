import { describe, expect, test } from "vitest";

import { inviteFirstAccount } from "../src/identity/sign-up-invitations.ts";
import { Person } from "./support/person.ts";
import { startApi } from "./support/start-api.ts";

describe("sign-up", () => {
  test("where it is open, a new account gets a session in an HttpOnly cookie and an organization of its own", async () => {
    await using api = await startApi();
    const dana = new Person(api.url);
    const answer = await dana.signUp("dana@example.com");
    expect(answer.status).toBe(200);
    const cookie = answer.headers.getSetCookie().find((text) => text.includes("session_token")) ?? "";
    expect(cookie).toMatch(/HttpOnly/i);
    expect(cookie).toMatch(/SameSite=Lax/i);
    const { body } = await dana.send("GET", "/api/trpc/me.get");
    expect(body).toMatchObject({
      result: {
        data: { organizations: [{ name: "Dana Reyes's organization", role: "owner", isDefault: true }] },
      },
    });
  });

  test("by invitation only, the first account needs the link of the first start, which works once", async () => {
    await using api = await startApi({ signUp: "invitation" });
    expect(await api.identity.hasAccounts()).toBe(false);
    const invitation = await inviteFirstAccount(api.service);
    const [stranger, dana, late] = [new Person(api.url), new Person(api.url), new Person(api.url)];
    expect(await stranger.signUp("stranger@example.com")).toMatchObject({
      status: 403,
      body: { error: { code: "SIGN_UP_CLOSED" } },
    });
    expect(await stranger.signUp("stranger@example.com", { invitation: "x".repeat(43) })).toMatchObject({
      status: 400,
      body: { error: { code: "INVITATION_INVALID" } },
    });
    expect((await dana.signUp("dana@example.com", { invitation })).status).toBe(200);
    expect(await late.signUp("late@example.com", { invitation })).toMatchObject({
      body: { error: { code: "INVITATION_INVALID" } },
    });
    expect(await api.identity.hasAccounts()).toBe(true);
  });

  test.each([{ password: "short" }, { name: "" }, { email: "nobody" }, { email: ["a@example.com"] }])(
    "refuses %j",
    async (wrong) => {
      await using api = await startApi();
      const answer = await new Person(api.url).signUp("dana@example.com", wrong);
      expect(answer.status).toBe(400);
      expect(await api.identity.hasAccounts()).toBe(false);
    },
  );
});

describe("sign-in", () => {
  test("an unknown address and a wrong password are answered alike", async () => {
    await using api = await startApi();
    await new Person(api.url).signUp("dana@example.com");
    const signIn = (email: string, password: string) =>
      new Person(api.url).json("POST", "/api/auth/sign-in/email", { email, password }, { origin: api.url });
    const unknown = await signIn("nobody@example.com", "correct horse battery");
    const wrong = await signIn("dana@example.com", "wrong horse battery");
    expect(unknown.status).toBe(401);
    expect([wrong.status, wrong.body]).toEqual([unknown.status, unknown.body]);
  });

  test.each([
    ["", ["email", "password"]],
    ["{}", ["email", "password"]],
    ["[]", [""]],
    ['{"email":7,"password":"x"}', ["email"]],
    ['{"email":"a@example.com","password":"x","callbackURL":"https://evil.example"}', ["callbackURL"]],
    [`{"email":"a@example.com","password":"${"x".repeat(200)}"}`, ["password"]],
  ])("refuses %j in the words of the product", async (body, paths) => {
    await using api = await startApi();
    const answer = await new Person(api.url).send("POST", "/api/auth/sign-in/email", {
      body,
      headers: { "content-type": "application/json", origin: api.url },
    });
    expect(answer).toMatchObject({ status: 400, body: { error: { code: "INPUT_INVALID" } } });
    expect((answer.body as { errors: { path: string }[] }).errors.map(({ path }) => path)).toEqual(paths);
  });

  test("an address that is none is answered like one that nobody has", async () => {
    await using api = await startApi();
    const answer = await new Person(api.url).json(
      "POST",
      "/api/auth/sign-in/email",
      { email: "nobody", password: "wrong horse battery" },
      { origin: api.url },
    );
    expect([400, 401]).toContain(answer.status);
    expect(JSON.stringify(answer.body)).not.toContain("zod");
  });

  test("a session that was signed out is no session any more", async () => {
    await using api = await startApi();
    const dana = new Person(api.url);
    await dana.signUp("dana@example.com");
    const { cookie } = dana;
    await dana.json("POST", "/api/auth/sign-out", {}, { origin: api.url });
    dana.cookie = cookie;
    expect((await dana.send("GET", "/api/ai-configuration")).status).toBe(401);
  });

  test("an address that tries too often has to wait, whatever it claims to be forwarded for", async () => {
    await using api = await startApi();
    const statuses = new Set<number>();
    for (let attempt = 0; attempt < 25; attempt += 1) {
      const { status } = await new Person(api.url).json(
        "POST",
        "/api/auth/sign-in/email",
        { email: "dana@example.com", password: "wrong horse battery" },
        {
          origin: api.url,
          "x-forwarded-for": `10.0.0.${attempt}`,
          "x-ai-config-address": `10.0.1.${attempt}`,
        },
      );
      statuses.add(status);
    }
    expect([...statuses]).toEqual([401, 429]);
  });
});

describe("readiness", () => {
  test("follows the database and the process", async () => {
    await using api = await startApi();
    const probe = new Person(api.url);
    expect(await probe.send("GET", "/readyz")).toMatchObject({ status: 200 });
    api.stopAccepting();
    expect(await probe.send("GET", "/readyz")).toMatchObject({
      status: 503,
      body: { reasons: ["shutting down"] },
    });
    expect(await probe.send("GET", "/healthz")).toMatchObject({ status: 200, body: { status: "ok" } });
  });
});
