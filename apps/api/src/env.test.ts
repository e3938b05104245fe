import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { EnvError, readEnv } from "./env.ts";

/** Secrets are given, so that reading makes no files. */
const secrets = {
  AI_CONFIG_ENCRYPTION_KEYS: "VGhpcyBpcyBhIGtleSBvZiAzMiBieXRlcywgdGVzdC4",
  AI_CONFIG_AUTH_SECRET: "a secret of more than thirty-two characters",
};

describe("AI_CONFIG_TRUSTED_PROXIES", () => {
  test.each([
    [undefined, 0],
    [" ", 0],
    ["0", 0],
    [" 2 ", 2],
    ["10", 10],
  ])("%j is %i", (text, count) => {
    expect(readEnv({ ...secrets, AI_CONFIG_TRUSTED_PROXIES: text }).trustedProxies).toBe(count);
  });

  test.each(["11", "-1", "1.5", "all", "Infinity"])("%j is refused by its name", (text) => {
    expect(() => readEnv({ ...secrets, AI_CONFIG_TRUSTED_PROXIES: text })).toThrow(
      new EnvError("AI_CONFIG_TRUSTED_PROXIES: Must be a whole number from 0 to 10."),
    );
  });
});

describe("secrets that the first start made", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ai-config-env-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const read = () => readEnv({ AI_CONFIG_DATA_DIR: folder });

  test("are the same at the next start", () => {
    const { authSecret, encryptionKeys } = read();
    expect(read()).toMatchObject({ authSecret, encryptionKeys });
  });

  test.each([
    ["auth-secret", ""],
    ["auth-secret", "a-part-of-a-secret"],
    ["encryption-keys", ""],
    ["encryption-keys", "a-part-of-a-key"],
  ])("%s with %j is refused by its file, which stays, and without what it holds", (name, text) => {
    writeFileSync(join(folder, name), text);
    const refused = captured(read);
    expect(refused).toBeInstanceOf(EnvError);
    expect(refused.message).toContain(`${join(folder, name)}: `);
    expect(refused.message).toContain("Restore the file.");
    if (text) expect(refused.message).not.toContain(text);
    expect(readFileSync(join(folder, name), "utf8")).toBe(text);
  });
});

describe("a server needs from its operator", () => {
  test("in production everything that nobody else can know, told at once", () => {
    expect(captured(() => readEnv({ NODE_ENV: "production" })).message.match(/^\w+/gm)).toEqual([
      "AI_CONFIG_PUBLIC_URL",
      "AI_CONFIG_ENCRYPTION_KEYS",
      "AI_CONFIG_AUTH_SECRET",
    ]);
  });

  test.each([
    ["http://ai.example.com", false],
    ["http://192.0.2.7:3000", false],
    ["http://localhost.example.com", false],
    ["https://ai.example.com", true],
    ["http://localhost:3000", true],
    ["http://127.0.0.1:3000/", true],
    ["http://[::1]", true],
  ])("in production an address with TLS, except on this machine: %s", (AI_CONFIG_PUBLIC_URL, isTaken) => {
    const source = { ...secrets, NODE_ENV: "production", AI_CONFIG_PUBLIC_URL };
    if (isTaken) expect(readEnv(source).isProduction).toBe(true);
    else
      expect(captured(() => readEnv(source)).message).toMatch(/^AI_CONFIG_PUBLIC_URL: Must begin with https/);
    expect(readEnv({ ...source, NODE_ENV: "development" }).isProduction).toBe(false);
  });

  test("its secrets with a database of its own", () => {
    const { message } = captured(() => readEnv({ DATABASE_URL: "postgres://app@db.example.com/app" }));
    expect(message.match(/^\w+/gm)).toEqual(["AI_CONFIG_ENCRYPTION_KEYS", "AI_CONFIG_AUTH_SECRET"]);
  });
});

function captured(work: () => unknown): Error {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error("Nothing was thrown.");
}

describe("mail", () => {
  const url = "smtps://name:password@mail.example.com";
  const from = "AI Config <ai-config@example.com>";

  test.each([
    [undefined, undefined, undefined],
    [" ", "", undefined],
    [url, from, { url, from }],
    [` ${url} `, " ai-config@example.com", { url, from: "ai-config@example.com" }],
    ["smtp://127.0.0.1:25?requireTLS=true", from, { url: "smtp://127.0.0.1:25?requireTLS=true", from }],
  ])("%j from %j is %j", (AI_CONFIG_SMTP_URL, AI_CONFIG_MAIL_FROM, mail) => {
    expect(readEnv({ ...secrets, AI_CONFIG_SMTP_URL, AI_CONFIG_MAIL_FROM }).mail).toEqual(mail);
  });

  test.each([
    [url, undefined, "AI_CONFIG_MAIL_FROM: Must be set too, for mails to be sent."],
    [undefined, from, "AI_CONFIG_SMTP_URL: Must be set too, for mails to be sent."],
    ["https://name:password@mail.example.com", from, "AI_CONFIG_SMTP_URL: Must be an address like"],
    ["smtp:mail", from, "AI_CONFIG_SMTP_URL: Must be an address like"],
    [url, "nobody", "AI_CONFIG_MAIL_FROM: Must be an address like"],
    [url, "a@example.com, b@example.com", "AI_CONFIG_MAIL_FROM: Must be an address like"],
    [url, "A\r\nBcc: <b@example.com>", "AI_CONFIG_MAIL_FROM: Must be an address like"],
  ])("%j from %j is refused by its name", (AI_CONFIG_SMTP_URL, AI_CONFIG_MAIL_FROM, words) => {
    const refused = captured(() => readEnv({ ...secrets, AI_CONFIG_SMTP_URL, AI_CONFIG_MAIL_FROM }));
    expect(refused).toBeInstanceOf(EnvError);
    expect(refused.message.startsWith(words)).toBe(true);
  });
});
