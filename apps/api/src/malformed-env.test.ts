import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

import { EnvError, readEnv, VARIABLES } from "./env.ts";
import { EX_CONFIG, explainFailure } from "./explain-failure.ts";

const folder = mkdtempSync(join(tmpdir(), "ai-config-malformed-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string, mode = 0o644): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode });
  return path;
}

const KEY = "VGhpcyBpcyBhIGtleSBvZiAzMiBieXRlcywgdGVzdC4";
const OTHER_KEY = "kO2lqMHlZgJbGzE0mQ0yVqQ8xg8wJ6a3kIuCw0d9bXs";
const good: Readonly<Record<string, string>> = {
  AI_CONFIG_ENCRYPTION_KEYS: KEY,
  AI_CONFIG_AUTH_SECRET: "a secret of more than thirty-two characters",
};
const issuer = { AI_CONFIG_JWT_ISSUER: "https://id.example.com", AI_CONFIG_JWT_AUDIENCE: "authenticated" };
const mail = {
  AI_CONFIG_SMTP_URL: "smtps://mail.example.com",
  AI_CONFIG_MAIL_FROM: "ai-config@example.com",
};

/** What stands in malformed values, and must stand in no message. */
const HIDDEN = "Xq7hidden";

/** A variable, what is wrong with it, and what has to be set beside it. */
const malformed: [name: string, value: string, beside?: Readonly<Record<string, string>>][] = [
  ["PORT", "0"],
  ["PORT", "-3000"],
  ["PORT", "65536"],
  ["PORT", "3000.5"],
  ["PORT", "0x50"],
  ["PORT", "3e3"],
  ["PORT", `http://localhost:3000/${HIDDEN}`],
  ["PORT", "３０００"],
  ["HOST", `no such host ${HIDDEN}`],
  ["HOST", "http://127.0.0.1"],
  ["HOST", "127.0.0.1:3000"],
  ["HOST", "127.0.0.256"],
  ["DATABASE_URL", HIDDEN],
  ["DATABASE_URL", `mysql://app:${HIDDEN}@db.example.com/app`],
  ["DATABASE_URL", `postgres:${HIDDEN}`],
  ["DATABASE_URL", `postgres://app:${HIDDEN}@db.example.com:99999/app`],
  ["DATABASE_URL", `postgres://app:${HIDDEN}%zz@db.example.com/app`],
  ["DATABASE_URL", `postgres://app:${HIDDEN}#hash@db.example.com/app`],
  ["DATABASE_URL", `"postgres://app:${HIDDEN}@db.example.com/app"`],
  ["MIGRATION_DATABASE_URL", `https://owner:${HIDDEN}@db.example.com`],
  ["MIGRATION_DATABASE_URL", `owner:${HIDDEN}@db.example.com/app`],
  ["DIRECT_DATABASE_URL", `jdbc:postgresql://db.example.com/${HIDDEN}`],
  ["DIRECT_DATABASE_URL", `postgres://app:${HIDDEN}%@db.example.com/app`],
  ["AI_CONFIG_REDIS_URL", HIDDEN],
  ["AI_CONFIG_REDIS_URL", `https://app:${HIDDEN}@redis.example.com`],
  ["AI_CONFIG_REDIS_URL", `redis:${HIDDEN}`],
  ["AI_CONFIG_REDIS_URL", `redis://:${HIDDEN}%zz@redis.example.com`],
  ["AI_CONFIG_REDIS_URL", `redis://:${HIDDEN}#hash@redis.example.com`],
  ["AI_CONFIG_REDIS_URL", `redis://redis.example.com/${HIDDEN}`],
  ["AI_CONFIG_REDIS_URL", `redis://redis.example.com:99999`],
  ["AI_CONFIG_REDIS_URL", `redis://redis.example.com?db=${HIDDEN}`],
  ["AI_CONFIG_ENCRYPTION_KEYS", HIDDEN],
  ["AI_CONFIG_ENCRYPTION_KEYS", KEY.slice(2)],
  ["AI_CONFIG_ENCRYPTION_KEYS", Buffer.from(KEY, "base64url").toString("hex")],
  ["AI_CONFIG_ENCRYPTION_KEYS", `${KEY},${KEY}`],
  ["AI_CONFIG_ENCRYPTION_KEYS", `${KEY},`],
  ["AI_CONFIG_ENCRYPTION_KEYS", `${KEY},,${OTHER_KEY}`],
  ["AI_CONFIG_ENCRYPTION_KEYS", `${KEY};${OTHER_KEY}`],
  ["AI_CONFIG_ENCRYPTION_KEYS", `${KEY.slice(0, 20)}\r\n${KEY.slice(20)}`],
  ["AI_CONFIG_ENCRYPTION_KEYS", `"${KEY}"`],
  ["AI_CONFIG_ENCRYPTION_KEYS", "A".repeat(43)],
  ["AI_CONFIG_ENCRYPTION_KEYS", `sk-ant-api03-${HIDDEN}`],
  ["AI_CONFIG_ENCRYPTION_KEYS_FILE", join(folder, "keys-not-there"), { AI_CONFIG_ENCRYPTION_KEYS: "" }],
  ["AI_CONFIG_ENCRYPTION_KEYS_FILE", folder, { AI_CONFIG_ENCRYPTION_KEYS: "" }],
  ["AI_CONFIG_ENCRYPTION_KEYS_FILE", file("keys", HIDDEN, 0o600), { AI_CONFIG_ENCRYPTION_KEYS: "" }],
  ["AI_CONFIG_ENCRYPTION_KEYS_FILE", file("open-keys", KEY, 0o644), { AI_CONFIG_ENCRYPTION_KEYS: "" }],
  ["AI_CONFIG_ENCRYPTION_KEYS_FILE", file("more-keys", OTHER_KEY, 0o600)],
  ["AI_CONFIG_AUTH_SECRET", HIDDEN],
  ["AI_CONFIG_AUTH_SECRET", `   ${HIDDEN.repeat(3)}     `],
  ["AI_CONFIG_AUTH_SECRET", KEY],
  ["AI_CONFIG_PUBLIC_URL", "ai.acme.test"],
  ["AI_CONFIG_PUBLIC_URL", `javascript:${HIDDEN}`],
  ["AI_CONFIG_PUBLIC_URL", "https://?"],
  ["AI_CONFIG_PUBLIC_URL", `https://dana:${HIDDEN}@ai.example.com`],
  ["AI_CONFIG_PUBLIC_URL", "https://ai.example.com/settings"],
  ["AI_CONFIG_TRUSTED_PROXIES", "all"],
  ["AI_CONFIG_TRUSTED_PROXIES", "11"],
  ["AI_CONFIG_TRUSTED_PROXIES", "1e0"],
  ["AI_CONFIG_SIGN_UP", "Open"],
  ["AI_CONFIG_SIGN_UP", HIDDEN],
  ["AI_CONFIG_REFRESH_MODELS", "1"],
  ["AI_CONFIG_REFRESH_MODELS", "yes"],
  ["AI_CONFIG_CATALOGUE", join(folder, "not-there.json")],
  ["AI_CONFIG_CATALOGUE", folder],
  ["AI_CONFIG_CATALOGUE", file("broken.json", `{"models": ${HIDDEN}`)],
  ["AI_CONFIG_CATALOGUE", file("wrong.json", `{"models": [{"id": "${HIDDEN}"}]}`)],
  ["AI_CONFIG_JWT_ISSUER", "http://id.example.com", { AI_CONFIG_JWT_AUDIENCE: "app" }],
  ["AI_CONFIG_JWT_ISSUER", `https://id.example.com#${HIDDEN}`, { AI_CONFIG_JWT_AUDIENCE: "app" }],
  ["AI_CONFIG_JWT_AUDIENCE", " , ", { AI_CONFIG_JWT_ISSUER: "https://id.example.com" }],
  ["AI_CONFIG_JWT_JWKS_URL", `file:///etc/${HIDDEN}`, issuer],
  ["AI_CONFIG_JWT_ALGORITHMS", "none", issuer],
  ["AI_CONFIG_JWT_ALGORITHMS", "RS256,rs256", issuer],
  ["AI_CONFIG_JWT_SECRET", HIDDEN, { ...issuer, AI_CONFIG_JWT_ALGORITHMS: "HS256" }],
  ["AI_CONFIG_JWT_SECRET", `-----BEGIN PUBLIC KEY-----\n${HIDDEN.repeat(9)}`, issuer],
  ["AI_CONFIG_SMTP_URL", `mail:${HIDDEN}`, { AI_CONFIG_MAIL_FROM: mail.AI_CONFIG_MAIL_FROM }],
  ["AI_CONFIG_SMTP_URL", `smtps://${HIDDEN}:%zz@mail.example.com`, mail],
  [
    "AI_CONFIG_MAIL_FROM",
    `${HIDDEN}\r\nBcc: <b@example.com>`,
    { AI_CONFIG_SMTP_URL: mail.AI_CONFIG_SMTP_URL },
  ],
  ["AI_CONFIG_DATA_DIR", file("a-file", "")],
  ["NODE_ENV", "prod-eu"],
  ["NODE_ENV", "Production"],
  ["LOG_LEVEL", "loud"],
  ["LOG_LEVEL", "INFO"],
];

/** Without secrets of its own where the folder to keep them in is what is wrong. */
function environmentOf([name, value, beside]: (typeof malformed)[number]): Record<string, string> {
  return { ...(name === "AI_CONFIG_DATA_DIR" ? {} : good), ...beside, [name]: value };
}

function refusalOf(source: Record<string, string>): unknown {
  try {
    return readEnv(source);
  } catch (error) {
    return error;
  }
}

describe("a malformed variable is refused by its name, and its value is told to nobody", () => {
  test.each(malformed)("%s: %j", (...row) => {
    const [name, value] = row;
    const refused = refusalOf(environmentOf(row));
    expect(refused).toBeInstanceOf(EnvError);
    const { sentence, exitCode } = explainFailure(refused);
    expect(exitCode).toBe(EX_CONFIG);
    // What follows the name says what to do.
    expect(sentence).toMatch(new RegExp(`^${name}: .{10,}`, "m"));
    const named = sentence.match(/^[A-Z][A-Z_]+(?=:)/gm);
    expect(new Set(named)).toEqual(new Set([name]));
    expect(sentence).not.toContain(HIDDEN);
    const isPath = name === "AI_CONFIG_CATALOGUE" || name === "AI_CONFIG_DATA_DIR";
    if (!isPath && value.length > 3) expect(sentence).not.toContain(value);
  });

  test("whatever the variable, and more than fifty ways", () => {
    const free = ["AI_CONFIG_APP_PASSWORD"];
    expect([...new Set(malformed.map(([name]) => name))].sort()).toEqual(
      VARIABLES.filter((name) => !free.includes(name)).sort(),
    );
    expect(malformed.length).toBeGreaterThan(50);
  });

  test("all of them at once", () => {
    const isAboutFolder = (name: string) => name === "AI_CONFIG_DATA_DIR";
    const rows = malformed.filter(([name]) => !isAboutFolder(name));
    const everything = Object.fromEntries(rows.toReversed().map(([name, value]) => [name, value]));
    const { sentence } = explainFailure(refusalOf(everything));
    for (const name of new Set(rows.map(([each]) => each))) expect(sentence).toContain(`${name}: `);
    expect(sentence).not.toContain(HIDDEN);
  });
});

test.each([
  ["postgres:///app?host=/var/run/postgresql"],
  ["postgresql://app:p%40ss@db.example.com:6543/app?pgbouncer=true"],
])("%s is a database", (DATABASE_URL) => {
  expect(readEnv({ ...good, DATABASE_URL }).databaseUrl).toBe(DATABASE_URL);
});

test.each([["::1"], ["0.0.0.0"], ["localhost"], ["db-1.internal."], ["::"], ["fe80::1%eth0"]])(
  "%s is a host",
  (HOST) => {
    expect(readEnv({ ...good, HOST }).host).toBe(HOST);
  },
);
