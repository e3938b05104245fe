import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { codeOf } from "./support/authenticator-app.ts";
import { type MailServer, startMailServer } from "./support/mail-server.ts";
import { Person } from "./support/person.ts";
import { startApi, type TestApi } from "./support/start-api.ts";

const FROM = "AI Config <no-reply@example.com>";
const NEW_PASSWORD = "a longer staple than before";

let mailServer: MailServer;
let api: TestApi;
beforeEach(async () => {
  mailServer = await startMailServer();
  api = await startApi({ mail: { url: mailServer.url, from: FROM } });
});
afterEach(async () => {
  await api?.[Symbol.asyncDispose]();
  await mailServer?.[Symbol.asyncDispose]();
});

function post(person: Person, path: string, body: object) {
  return person.json("POST", `/api/auth/${path}`, body, { origin: api.url });
}

async function signUp(email = "dana@example.com"): Promise<Person> {
  const person = new Person(api.url);
  expect((await person.signUp(email)).status).toBe(200);
  return person;
}

function signIn(email: string, password: string, person = new Person(api.url)) {
  return post(person, "sign-in/email", { email, password });
}

/** The token in the link of the newest mail, which leads to that page. */
function tokenOf(path: string): string {
  const text = mailServer.mails.at(-1)?.text ?? "";
  const link = text.match(/^http\S+#\S+$/m)?.[0] ?? "";
  expect(link).toMatch(`${api.url}${path}#`);
  return link.slice(link.indexOf("#") + 1);
}

const isSignedIn = async (person: Person) => (await person.send("GET", "/api/trpc/me.get")).status === 200;

async function isConfirmed(person: Person): Promise<boolean> {
  const { body } = await person.send("GET", "/api/trpc/me.signIn");
  return (body as { result: { data: { isConfirmed: boolean } } }).result.data.isConfirmed;
}

/** Asks for a link to choose another password; answers its token. */
async function askForReset(email = "dana@example.com"): Promise<string> {
  const before = mailServer.mails.length;
  expect((await post(new Person(api.url), "request-password-reset", { email })).status).toBe(200);
  await mailServer.until(before + 1);
  return tokenOf("/reset-password");
}

describe("confirming an address", () => {
  test("is asked for at sign-up, in words that whoever signs up cannot choose", async () => {
    const dana = new Person(api.url);
    await dana.signUp("dana@example.com", { name: "You won! Open http://evil.example" });
    await mailServer.until(1);
    const [mail] = mailServer.mails;
    expect(mail).toMatchObject({ from: "no-reply@example.com", to: ["dana@example.com"] });
    expect(mail?.headers).toMatch(/^Subject: Confirm your e-mail address$/m);
    expect(mail?.headers).toMatch(/^From: AI Config <no-reply@example\.com>$/m);
    expect(`${mail?.headers}${mail?.text}`).not.toContain("evil");
    expect(await isConfirmed(dana)).toBe(false);
    const confirmed = await post(new Person(api.url), "verify-email", { token: tokenOf("/confirm-address") });
    expect(confirmed.status).toBe(200);
    expect(await isConfirmed(dana)).toBe(true);
  });

  test("opens no session, and takes no other token", async () => {
    const dana = await signUp();
    await mailServer.until(1);
    const token = tokenOf("/confirm-address");
    const [head, body, signature] = token.split(".");
    for (const bad of [`${token}x`, `${head}.${body}.`, "x", await askForReset()]) {
      const answer = await post(new Person(api.url), "verify-email", { token: bad });
      expect(answer).toMatchObject({ status: 401, body: { code: "INVALID_TOKEN" } });
    }
    expect(signature).toBeDefined();
    const reader = new Person(api.url);
    await post(reader, "verify-email", { token });
    expect(await isSignedIn(reader)).toBe(false);
    expect(await isConfirmed(dana)).toBe(true);
  });

  test("is asked for again by whoever is signed in, for their own address only", async () => {
    const dana = await signUp();
    await mailServer.until(1);
    expect((await post(dana, "send-verification-email", {})).status).toBe(200);
    await mailServer.until(2);
    expect(mailServer.mails[1]?.to).toEqual(["dana@example.com"]);
    const other = await post(dana, "send-verification-email", { email: "kim@example.com" });
    expect(other).toMatchObject({ status: 400, body: { errors: [{ path: "email" }] } });
    expect((await post(new Person(api.url), "send-verification-email", {})).status).toBe(401);
    await post(dana, "verify-email", { token: tokenOf("/confirm-address") });
    expect(await post(dana, "send-verification-email", {})).toMatchObject({
      status: 400,
      body: { code: "EMAIL_ALREADY_VERIFIED" },
    });
  });
});

describe("a forgotten password", () => {
  test("is answered alike whether there is such an account, and nobody else is written to", async () => {
    await signUp();
    await mailServer.until(1);
    const known = await post(new Person(api.url), "request-password-reset", { email: "dana@example.com" });
    const unknown = await post(new Person(api.url), "request-password-reset", { email: "kim@example.com" });
    await mailServer.until(2);
    expect(unknown.status).toBe(200);
    expect(unknown.body).toEqual(known.body);
    const fixed = ({ headers }: typeof known) =>
      [...headers].filter(([name]) => !["date", "x-request-id"].includes(name));
    expect(fixed(unknown)).toEqual(fixed(known));
    expect(mailServer.mails.map(({ to }) => to)).toEqual([["dana@example.com"], ["dana@example.com"]]);
  });

  test("is replaced once, which signs out everywhere and confirms the address", async () => {
    const dana = await signUp();
    await mailServer.until(1);
    const token = await askForReset();
    expect(await isSignedIn(dana)).toBe(true);
    const body = { token, newPassword: NEW_PASSWORD };
    expect((await post(new Person(api.url), "reset-password", body)).status).toBe(200);
    expect(await isSignedIn(dana)).toBe(false);
    expect((await signIn("dana@example.com", "correct horse battery")).status).toBe(401);
    const back = new Person(api.url);
    expect((await signIn("dana@example.com", NEW_PASSWORD, back)).status).toBe(200);
    expect(await isConfirmed(back)).toBe(true);
    const again = { token, newPassword: "yet another password" };
    expect(await post(new Person(api.url), "reset-password", again)).toMatchObject({
      status: 400,
      body: { code: "INVALID_TOKEN" },
    });
  });

  test("is replaced by the first of several links only, and by none after an hour", async () => {
    await signUp();
    await mailServer.until(1);
    const [first, second] = [await askForReset(), await askForReset()];
    await post(new Person(api.url), "reset-password", { token: second, newPassword: NEW_PASSWORD });
    const late = { token: first, newPassword: "yet another password" };
    expect((await post(new Person(api.url), "reset-password", late)).status).toBe(400);
    const third = await askForReset();
    await api.test.owner`update identity.verifications set expires_at = expires_at - interval '61 minutes'`;
    const expired = { token: third, newPassword: "yet another password" };
    expect((await post(new Person(api.url), "reset-password", expired)).status).toBe(400);
    expect((await signIn("dana@example.com", NEW_PASSWORD)).status).toBe(200);
  });

  test("takes a password that is long enough, and nothing besides", async () => {
    await signUp();
    await mailServer.until(1);
    const token = await askForReset();
    for (const [body, path] of [
      [{ token, newPassword: "short" }, "newPassword"],
      [{ token, newPassword: NEW_PASSWORD, userId: "x" }, "userId"],
      [{ token: 7, newPassword: NEW_PASSWORD }, "token"],
    ] as const) {
      const answer = await post(new Person(api.url), "reset-password", body);
      expect(answer).toMatchObject({ status: 400, body: { errors: [{ path }] } });
    }
    const redirected = { email: "dana@example.com", redirectTo: "https://evil.example" };
    expect(await post(new Person(api.url), "request-password-reset", redirected)).toMatchObject({
      status: 400,
      body: { errors: [{ path: "redirectTo" }] },
    });
    expect(
      (await post(new Person(api.url), "reset-password", { token, newPassword: NEW_PASSWORD })).status,
    ).toBe(200);
  });

  test("is replaced past no second step", async () => {
    const dana = await signUp();
    await mailServer.until(1);
    const { totpURI } = (await post(dana, "two-factor/enable", { password: "correct horse battery" }))
      .body as {
      totpURI: string;
    };
    await post(dana, "two-factor/verify-totp", { code: codeOf(totpURI) });
    await post(new Person(api.url), "reset-password", {
      token: await askForReset(),
      newPassword: NEW_PASSWORD,
    });
    const thief = new Person(api.url);
    expect((await signIn("dana@example.com", NEW_PASSWORD, thief)).body).toMatchObject({
      twoFactorRedirect: true,
    });
    expect(await isSignedIn(thief)).toBe(false);
  });

  test("is none for whom another issuer vouches for: they get no password by a mail", async () => {
    await signUp();
    await mailServer.until(1);
    await api.test.owner`delete from identity.accounts`;
    await post(new Person(api.url), "request-password-reset", { email: "dana@example.com" });
    await signUp("kim@example.com");
    await mailServer.until(2);
    expect(mailServer.mails[1]?.to).toEqual(["kim@example.com"]);
  });

  test("cannot be read off the database or the log", async () => {
    await signUp();
    await mailServer.until(1);
    const confirming = tokenOf("/confirm-address");
    const resetting = await askForReset();
    const [stored] = await api.test.owner<{ text: string }[]>`
      select coalesce(string_agg(v::text, ' '), '') as text from identity.verifications v`;
    for (const token of [confirming, resetting]) {
      expect(stored?.text).not.toContain(token);
      expect(api.logged()).not.toContain(token);
    }
  });
});

describe("an invitation", () => {
  async function invite(person: Person, email?: string) {
    const me = await person.send("GET", "/api/trpc/me.get");
    const { organizations } = (me.body as { result: { data: { organizations: { id: string }[] } } }).result
      .data;
    const input = { organizationId: organizations[0]?.id, role: "member", ...(email && { email }) };
    const { body } = await person.json("POST", "/api/trpc/organization.invite", input);
    return (body as { result: { data: { url: string; expiresAt: string; isMailed: boolean } } }).result.data;
  }

  test("for one address is mailed there, with the link that is shown", async () => {
    const dana = await signUp();
    await mailServer.until(1);
    const { url, isMailed } = await invite(dana, "kim@example.com");
    expect(isMailed).toBe(true);
    const mail = mailServer.mails[1];
    expect(mail?.to).toEqual(["kim@example.com"]);
    expect(mail?.headers).toMatch(/^Subject: Join Dana Reyes's organization at AI Config$/m);
    expect(mail?.text).toContain("Dana Reyes (dana@example.com) invites you");
    expect(mail?.text).toContain(`\r\n${url}\r\n`);
    const invitation = new URL(url).searchParams.get("invitation");
    expect((await new Person(api.url).signUp("kim@example.com", { invitation })).status).toBe(200);
  });

  test("for whoever has the link is mailed to nobody", async () => {
    const dana = await signUp();
    await mailServer.until(1);
    expect((await invite(dana)).isMailed).toBe(false);
    expect(mailServer.mails).toHaveLength(1);
  });

  test("of somebody whose name looks like an address stays one mail to one person", async () => {
    const dana = new Person(api.url);
    await dana.signUp("dana@example.com", { name: 'D"ana, kim@evil.example' });
    await mailServer.until(1);
    await invite(dana, "kim@example.com");
    expect(mailServer.mails[1]).toMatchObject({ to: ["kim@example.com"] });
    expect(mailServer.mails[1]?.headers).toMatch(/^To: kim@example\.com$/m);
  });
});

test("nobody is pestered: one address gets five mails in an hour, whoever asks", async () => {
  await signUp();
  for (let asked = 0; asked < 8; asked += 1) {
    const answer = await post(new Person(api.url), "request-password-reset", { email: "Dana@Example.com" });
    expect(answer.status).toBe(200);
  }
  await mailServer.until(5);
  await signUp("kim@example.com");
  await mailServer.until(6);
  expect(mailServer.mails[5]?.to).toEqual(["kim@example.com"]);
  expect(api.logged()).toContain("A mail was not sent: too many in an hour.");
});

test("other sites cannot ask for mails or passwords with a browser's cookies", async () => {
  const dana = await signUp();
  for (const path of [
    "request-password-reset",
    "reset-password",
    "verify-email",
    "send-verification-email",
  ]) {
    const answer = await dana.json("POST", `/api/auth/${path}`, {}, { origin: "https://evil.example" });
    expect([path, answer.status]).toEqual([path, 403]);
  }
});

describe("a mail server that", () => {
  test.each(["refuses", "is away"])(
    "%s fails no sign-up, and the log has neither link nor address",
    async (what) => {
      await using refusing = await startMailServer({ refuses: true });
      const url = what === "is away" ? "smtp://127.0.0.1:1" : refusing.url;
      await using other = await startApi({ mail: { url, from: FROM } });
      const dana = new Person(other.url);
      expect((await dana.signUp("dana@example.com")).status).toBe(200);
      await expect.poll(() => other.logged()).toContain("A mail could not be sent.");
      const me = await dana.send("GET", "/api/trpc/me.get");
      const { organizations } = (me.body as { result: { data: { organizations: { id: string }[] } } }).result
        .data;
      const input = { organizationId: organizations[0]?.id, role: "member", email: "kim@example.com" };
      const invited = await dana.json("POST", "/api/trpc/organization.invite", input);
      expect(invited).toMatchObject({ status: 200, body: { result: { data: { isMailed: false } } } });
      const lines = other
        .logged()
        .split("\n")
        .filter((line) => line.includes('"part":"mail"'));
      expect(lines).toHaveLength(2);
      for (const line of lines) expect(line).not.toMatch(/#|http|@|example/);
    },
  );
});

test("without a mail server there is none of it, and sign-up is as before", async () => {
  await using silent = await startApi();
  const dana = new Person(silent.url);
  expect((await dana.signUp("dana@example.com")).status).toBe(200);
  for (const path of [
    "request-password-reset",
    "reset-password",
    "verify-email",
    "send-verification-email",
  ]) {
    const answer = await dana.json("POST", `/api/auth/${path}`, {}, { origin: silent.url });
    expect([path, answer.status]).toEqual([path, 404]);
  }
  expect((await dana.send("GET", "/api/session-options")).body).toMatchObject({ sendsMails: false });
});
