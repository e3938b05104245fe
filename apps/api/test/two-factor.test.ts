import { expect, test } from "vitest";

import { codeOf } from "./support/authenticator-app.ts";
import { Person } from "./support/person.ts";
import { startApi, type TestApi } from "./support/start-api.ts";

const PASSWORD = "correct horse battery";

function post(api: TestApi, person: Person, path: string, body: object) {
  return person.json("POST", `/api/auth/${path}`, body, { origin: api.url });
}

function enterPassword(api: TestApi, person: Person, password = PASSWORD) {
  return post(api, person, "sign-in/email", { email: "dana@example.com", password });
}

/** A code that is none at this time, nor was or will be in the next minutes. */
function wrongCode(uri: string): string {
  const right = new Set(Array.from({ length: 20 }, (_, index) => codeOf(uri, index - 10)));
  for (let code = 100_000; ; code += 1) if (!right.has(String(code))) return String(code);
}

const isSignedIn = async (person: Person) => (await person.send("GET", "/api/trpc/me.get")).status === 200;

async function hasTwoFactor(person: Person): Promise<boolean> {
  const { body } = await person.send("GET", "/api/trpc/me.signIn");
  return (body as { result: { data: { hasTwoFactor: boolean } } }).result.data.hasTwoFactor;
}

interface Enabled {
  totpURI: string;
  backupCodes: string[];
}

/** Dana with an authenticator app. */
async function protectedDana(api: TestApi): Promise<Enabled & { dana: Person }> {
  const dana = new Person(api.url);
  await dana.signUp("dana@example.com");
  const { totpURI, backupCodes } = (await post(api, dana, "two-factor/enable", { password: PASSWORD }))
    .body as Enabled;
  const confirmed = await post(api, dana, "two-factor/verify-totp", { code: codeOf(totpURI) });
  expect(confirmed.status).toBe(200);
  return { dana, totpURI, backupCodes };
}

test("it is set up by whoever knows the password, and in force when a code was right", async () => {
  await using api = await startApi();
  const dana = new Person(api.url);
  await dana.signUp("dana@example.com");
  const wrong = await post(api, dana, "two-factor/enable", { password: "wrong horse battery" });
  expect(wrong).toMatchObject({ status: 400, body: { code: "INVALID_PASSWORD" } });
  const { totpURI, backupCodes } = (await post(api, dana, "two-factor/enable", { password: PASSWORD }))
    .body as Enabled;
  expect(decodeURIComponent(totpURI)).toMatch(
    /^otpauth:\/\/totp\/AI Config:dana@example\.com\?secret=[A-Z2-7]{32,}&/,
  );
  expect(backupCodes).toHaveLength(10);
  expect(await hasTwoFactor(dana)).toBe(false);
  expect(await enterPassword(api, new Person(api.url))).toMatchObject({ body: { redirect: false } });

  const refused = await post(api, dana, "two-factor/verify-totp", { code: wrongCode(totpURI) });
  expect(refused).toMatchObject({ status: 401, body: { code: "INVALID_CODE" } });
  expect(await hasTwoFactor(dana)).toBe(false);
  expect((await post(api, dana, "two-factor/verify-totp", { code: codeOf(totpURI) })).status).toBe(200);
  expect(await hasTwoFactor(dana)).toBe(true);
  const again = await post(api, dana, "two-factor/enable", { password: PASSWORD });
  expect(again).toMatchObject({ status: 400, body: { code: "TOTP_ALREADY_ENABLED" } });
});

test("neither secret nor backup codes can be read in the database or the log", async () => {
  await using api = await startApi();
  const { totpURI, backupCodes } = await protectedDana(api);
  const [row] = await api.test.owner<{ text: string }[]>`
    select t::text as text from identity.two_factors t`;
  const secret = new URL(totpURI).searchParams.get("secret") ?? "";
  for (const text of [row?.text ?? "", api.logged()]) {
    expect(text).not.toContain(secret);
    for (const code of backupCodes) expect(text).not.toContain(code);
  }
});

test("a password alone opens nothing; with the code it does", async () => {
  await using api = await startApi();
  const { totpURI } = await protectedDana(api);
  const browser = new Person(api.url);
  expect(await enterPassword(api, browser)).toMatchObject({
    status: 200,
    body: { twoFactorRedirect: true, twoFactorMethods: ["totp"] },
  });
  expect(await isSignedIn(browser)).toBe(false);
  expect(await api.test.owner`select 1 from identity.sessions`).toHaveLength(1);
  const refused = await post(api, browser, "two-factor/verify-totp", { code: wrongCode(totpURI) });
  expect(refused.status).toBe(401);
  expect(await isSignedIn(browser)).toBe(false);
  expect((await post(api, browser, "two-factor/verify-totp", { code: codeOf(totpURI) })).status).toBe(200);
  expect(await isSignedIn(browser)).toBe(true);
});

test("a code is worth nothing without the password, nor with another account's", async () => {
  await using api = await startApi();
  const { totpURI } = await protectedDana(api);
  const stranger = new Person(api.url);
  const code = codeOf(totpURI);
  expect((await post(api, stranger, "two-factor/verify-totp", { code })).status).toBe(401);
  const kim = new Person(api.url);
  await kim.signUp("kim@example.com");
  expect((await post(api, kim, "two-factor/verify-totp", { code })).status).toBe(400);
  stranger.cookie = "ai-config.two_factor=made.up";
  expect((await post(api, stranger, "two-factor/verify-totp", { code })).status).toBe(401);
});

test("a code that was seen over a shoulder opens nothing more, also at the same moment", async () => {
  await using api = await startApi();
  const { totpURI } = await protectedDana(api);
  const browsers = Array.from({ length: 4 }, () => new Person(api.url));
  for (const browser of browsers) await enterPassword(api, browser);
  const code = codeOf(totpURI);
  const answers = await Promise.all(
    browsers.map((browser) => post(api, browser, "two-factor/verify-totp", { code })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
  expect((await Promise.all(browsers.map(isSignedIn))).filter(Boolean)).toHaveLength(1);
  expect(await api.test.owner`select 1 from identity.sessions`).toHaveLength(2);
  const late = new Person(api.url);
  await enterPassword(api, late);
  expect(await post(api, late, "two-factor/verify-totp", { code })).toMatchObject({
    status: 401,
    body: { code: "INVALID_CODE" },
  });
});

test("a password that is changed opens nothing more, also for whoever gave it before and has a code", async () => {
  await using api = await startApi();
  const { dana, backupCodes } = await protectedDana(api);
  const thief = new Person(api.url);
  expect(await enterPassword(api, thief)).toMatchObject({ body: { twoFactorRedirect: true } });
  const passwords = { currentPassword: PASSWORD, newPassword: "a longer staple than before" };
  expect((await post(api, dana, "change-password", passwords)).status).toBe(200);
  const answer = await post(api, thief, "two-factor/verify-backup-code", { code: backupCodes[0] ?? "" });
  expect(answer.status).toBe(401);
  expect(await isSignedIn(thief)).toBe(false);
  expect(await isSignedIn(dana)).toBe(true);
});

test("guessing ends after five codes, and the account is closed to codes after ten", async () => {
  await using api = await startApi();
  const { totpURI } = await protectedDana(api);
  const code = wrongCode(totpURI);
  const browser = new Person(api.url);
  for (const round of [1, 2]) {
    await enterPassword(api, browser);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect((await post(api, browser, "two-factor/verify-totp", { code })).status).toBe(401);
    }
    const after = await post(api, browser, "two-factor/verify-totp", { code: codeOf(totpURI) });
    expect([round, after.status]).toEqual([round, round === 1 ? 400 : 429]);
  }
  await enterPassword(api, browser);
  const closed = await post(api, browser, "two-factor/verify-totp", { code: codeOf(totpURI) });
  expect(closed).toMatchObject({ status: 429, body: { code: "ACCOUNT_TEMPORARILY_LOCKED" } });
  expect(await isSignedIn(browser)).toBe(false);
});

test("a backup code lets in once, and new ones end those before", async () => {
  await using api = await startApi();
  const { dana, backupCodes } = await protectedDana(api);
  const browser = new Person(api.url);
  const [first, second] = backupCodes;
  await enterPassword(api, browser);
  expect((await post(api, browser, "two-factor/verify-backup-code", { code: first })).status).toBe(200);
  expect(await isSignedIn(browser)).toBe(true);
  const other = new Person(api.url);
  await enterPassword(api, other);
  expect((await post(api, other, "two-factor/verify-backup-code", { code: first })).status).toBe(401);
  const renewed = await post(api, dana, "two-factor/generate-backup-codes", { password: PASSWORD });
  const [third] = (renewed.body as Enabled).backupCodes;
  expect((await post(api, other, "two-factor/verify-backup-code", { code: second })).status).toBe(401);
  expect((await post(api, other, "two-factor/verify-backup-code", { code: third })).status).toBe(200);
  expect(await isSignedIn(other)).toBe(true);
});

test("of sign-ins with one backup code at the same moment one succeeds", async () => {
  await using api = await startApi();
  const { backupCodes } = await protectedDana(api);
  const browsers = Array.from({ length: 4 }, () => new Person(api.url));
  for (const browser of browsers) await enterPassword(api, browser);
  await Promise.all(
    browsers.map((browser) => post(api, browser, "two-factor/verify-backup-code", { code: backupCodes[0] })),
  );
  const signedIn = await Promise.all(browsers.map(isSignedIn));
  expect(signedIn.filter(Boolean)).toHaveLength(1);
});

test("a secret that cannot be read, as under another AI_CONFIG_AUTH_SECRET, lets nobody in", async () => {
  await using api = await startApi();
  const { totpURI, backupCodes } = await protectedDana(api);
  await api.test.owner`update identity.two_factors set secret = 'of another', backup_codes = 'of another'`;
  const browser = new Person(api.url);
  await enterPassword(api, browser);
  for (const [path, code] of [
    ["verify-totp", codeOf(totpURI)],
    ["verify-backup-code", backupCodes[0]],
  ] as const) {
    expect(await post(api, browser, `two-factor/${path}`, { code })).toMatchObject({
      status: 500,
      body: { error: { code: "INTERNAL" } },
    });
  }
  expect(await isSignedIn(browser)).toBe(false);
});

test("it is turned off by whoever knows the password, and then asks for nothing", async () => {
  await using api = await startApi();
  const { dana } = await protectedDana(api);
  const wrong = await post(api, dana, "two-factor/disable", { password: "wrong horse battery" });
  expect(wrong.status).toBe(400);
  expect(await hasTwoFactor(dana)).toBe(true);
  expect((await post(api, dana, "two-factor/disable", { password: PASSWORD })).status).toBe(200);
  expect(await hasTwoFactor(dana)).toBe(false);
  expect(await api.test.owner`select 1 from identity.two_factors`).toHaveLength(0);
  const browser = new Person(api.url);
  await enterPassword(api, browser);
  expect(await isSignedIn(browser)).toBe(true);
});

test("nobody sends more than is asked for, from another site, or to what is not used", async () => {
  await using api = await startApi();
  const { dana, totpURI } = await protectedDana(api);
  for (const [path, body, field] of [
    ["enable", { password: PASSWORD, method: "otp" }, "method"],
    ["verify-totp", { code: codeOf(totpURI), trustDevice: true }, "trustDevice"],
    ["verify-totp", { code: "12 456" }, "code"],
    ["verify-backup-code", { code: "abcde-fghij", disableSession: true }, "disableSession"],
  ] as const) {
    expect(await post(api, dana, `two-factor/${path}`, body)).toMatchObject({
      status: 400,
      body: { error: { code: "INPUT_INVALID" }, errors: [{ path: field }] },
    });
  }
  for (const path of ["get-totp-uri", "send-otp", "verify-otp", "view-backup-codes"]) {
    const answer = await post(api, dana, `two-factor/${path}`, { password: PASSWORD });
    expect([path, answer.status]).toEqual([path, 404]);
  }
  const elsewhere = { origin: "https://evil.example" };
  const forged = await dana.json("POST", "/api/auth/two-factor/disable", { password: PASSWORD }, elsewhere);
  expect(forged).toMatchObject({ status: 403, body: { error: { code: "CROSS_SITE_REQUEST" } } });
  expect(await hasTwoFactor(dana)).toBe(true);
});
