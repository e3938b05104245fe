import { createHmac, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { createTestDatabase, type TestDatabase } from "@ai-config/db/testing";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { findSecrets, formsOf } from "./support/find-secret.ts";
import { launchBrowser } from "./support/launch-browser.ts";
import { type Product, startProduct } from "./support/start-product.ts";

/**
 * Keys that nobody else has, put in every place that takes one and in many that do not, on a product that logs all
 * it can on a database that logs all it can. Afterwards everything that was said, stored or written is searched.
 */
const canary = (name: string) =>
  `sk-ant-api03-CANARY${name}${randomBytes(12).toString("hex")}${randomBytes(2).toString("hex")}`;
const keys = {
  environment: canary("env"),
  user1: canary("user1"),
  user2: canary("user2"),
  user3: canary("user3"),
  organization1: canary("org1"),
  organization2: canary("org2"),
  refused: canary("refused"),
  misplaced: canary("misplaced"),
  browser: canary("browser"),
  header: `sk-ant-api03-CANARY${randomBytes(12).toString("hex")}`,
};
const masterKey = randomBytes(32).toString("base64url");
const authSecret = `auth-CANARY-${randomBytes(24).toString("hex")}`;
const password = `password CANARY ${randomBytes(12).toString("hex")}`;
/** The service token is made by the product and told once; that one answer is not kept. */
/** Another issuer's, and what it shares with the product. */
const issuer = "http://localhost:1/auth/v1";
const issuerSecret = `issuer CANARY ${randomBytes(24).toString("hex")}`;
const issuerTokens = { good: issuersToken(600), over: issuersToken(-600) };
const secrets = [
  ...Object.values(keys),
  masterKey,
  authSecret,
  password,
  issuerSecret,
  ...Object.values(issuerTokens),
  ...Object.values(issuerTokens).map((token) => token.slice(token.lastIndexOf(".") + 1)),
];

function issuersToken(seconds: number): string {
  const claims = { iss: issuer, aud: "ai-config", sub: randomBytes(12).toString("hex"), name: "Kim" };
  const parts = [{ alg: "HS256" }, { ...claims, exp: Math.floor(Date.now() / 1_000) + seconds }];
  const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");
  return `${input}.${createHmac("sha256", issuerSecret).update(input).digest("base64url")}`;
}

let anthropic: Server;
let database: TestDatabase;
let product: Product;
let browser: Browser;
let context: BrowserContext;
let dataDirectory: string;
/** Every answer as it came over the wire, with its headers. */
const answers: string[] = [];
/** Every key that was offered to Anthropic. */
const offered = new Set<string>();
let logStart = 0;
let logFile: string;

beforeAll(async () => {
  anthropic = createServer((request, response) => {
    const key = String(request.headers["x-api-key"]);
    offered.add(key);
    if (key === keys.user3) return request.socket.destroy();
    response.writeHead(key === keys.refused ? 401 : 200, {
      "content-type": "application/json",
      "x-echo": key,
    });
    // A provider that repeats the key it refuses, as one did.
    response.end(JSON.stringify({ data: [], error: { message: `invalid x-api-key ${key}` } }));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => anthropic.once("listening", resolve));
  database = await createTestDatabase();
  const [settings] = await database.owner<{ name: string; folder: string }[]>`
    select quote_ident(current_database()) as name, current_setting('data_directory') as folder`;
  for (const setting of [
    "log_min_duration_statement = 0",
    "log_parameter_max_length = -1",
    "log_parameter_max_length_on_error = -1",
    "log_min_error_statement = 'error'",
    "log_error_verbosity = 'verbose'",
  ]) {
    await database.owner.unsafe(`alter database ${settings?.name} set ${setting}`);
  }
  logFile = join(dirname(settings?.folder ?? ""), "postgres.log");
  logStart = readFileSync(logFile, "utf8").length;
  dataDirectory = await mkdtemp(join(tmpdir(), "ai-config-canary-"));
  product = await startProduct({
    dataDirectory,
    env: {
      DATABASE_URL: database.appUrl,
      AI_CONFIG_ENCRYPTION_KEYS: masterKey,
      AI_CONFIG_AUTH_SECRET: authSecret,
      AI_CONFIG_SIGN_UP: "open",
      AI_CONFIG_JWT_ISSUER: issuer,
      AI_CONFIG_JWT_AUDIENCE: "ai-config",
      AI_CONFIG_JWT_SECRET: issuerSecret,
      ANTHROPIC_API_KEY: keys.environment,
      ANTHROPIC_API_BASE_URL: `http://127.0.0.1:${(anthropic.address() as AddressInfo).port}/v1`,
      AI_CONFIG_REFRESH_MODELS: "true",
      LOG_LEVEL: "trace",
    },
  });
});

afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
  anthropic?.close();
  await database?.[Symbol.asyncDispose]();
  if (dataDirectory) await rm(dataDirectory, { recursive: true, force: true });
});

/** Somebody whose every answer is kept as it came. */
class WatchedPerson {
  #cookie = "";

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
    { isKept = true } = {},
  ) {
    const response = await fetch(`${product.url}${path}`, {
      method,
      headers: { "content-type": "application/json", cookie: this.#cookie, origin: product.url, ...headers },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const cookies = response.headers.getSetCookie().map((cookie) => cookie.split(";")[0] ?? "");
    if (cookies.length > 0) this.#cookie = cookies.join("; ");
    if (isKept) answers.push(`${response.status}\n${JSON.stringify([...response.headers])}\n${text}`);
    return { status: response.status, text };
  }

  trpc(name: string, input: unknown) {
    return this.call("POST", `/api/trpc/${name}`, input);
  }
}

test("the search finds a secret in every form, wherever it stands", () => {
  for (const wrap of [
    (text: string) => `before ${text} after`,
    (text: string) => `x${Buffer.from(`{"key":"${text}"}`).toString("base64")}`,
    (text: string) => Buffer.from(`a${text}z`).toString("base64url"),
    (text: string) => Buffer.from(`ab${text}yz`).toString("base64"),
    (text: string) => Buffer.from(text).toString("hex"),
    (text: string) => encodeURIComponent(`key=${text}&`),
    (text: string) => text.slice(9),
  ]) {
    expect(findSecrets(wrap(keys.user1), [keys.user1])).not.toEqual([]);
    expect(findSecrets(wrap(keys.user1), [keys.user2])).toEqual([]);
  }
  expect(findSecrets(`sk-ant-…${keys.user1.slice(-4)}`, secrets)).toEqual([]);
  expect(formsOf(keys.user1).length).toBeGreaterThan(6);
});

describe("with a key in every place", () => {
  const dana = new WatchedPerson();
  let organizationId = "";

  test("keys are stored, rotated, refused, revoked and read", async () => {
    await dana.call("POST", "/api/auth/sign-up/email", {
      name: "Dana Reyes",
      email: "dana@example.com",
      password,
    });
    const me = await dana.call("GET", "/api/trpc/me.get");
    organizationId = JSON.parse(me.text).result.data.organizations[0].id;
    const own = { type: "user" };
    const shared = { type: "organization", organizationId };
    for (const newPrimaryKey of [keys.user1, keys.user2, keys.user3]) {
      expect((await dana.call("POST", "/api/ai-configuration/rotate-key", { newPrimaryKey })).status).toBe(
        200,
      );
    }
    for (const newKey of [keys.organization1, keys.organization2]) {
      expect((await dana.trpc("key.rotate", { owner: shared, newKey })).status).toBe(200);
    }
    expect((await dana.trpc("key.rotate", { owner: own, newKey: keys.refused })).status).toBe(400);
    expect(
      (await dana.trpc("key.revoke", { owner: shared, slot: "secondary", reason: "Leaked" })).status,
    ).toBe(200);
    for (const owner of [own, shared]) {
      const input = encodeURIComponent(JSON.stringify({ owner }));
      for (const name of ["key.list", "audit.list", "configuration.list", "configuration.effective"]) {
        expect((await dana.call("GET", `/api/trpc/${name}?input=${input}`)).status).toBe(200);
      }
    }
    await dana.call("GET", "/api/ai-configuration");
    await dana.call("GET", "/api/audit/export");
    await dana.call("GET", `/api/audit/export?organizationId=${organizationId}`);
    // They were really used.
    for (const key of [keys.environment, keys.user1, keys.organization2, keys.refused])
      expect(offered).toContain(key);
  });

  test("a token is made, used, put where none belongs, and revoked", async () => {
    const wanted = { organizationId, name: "App", actions: ["effective:read", "audit:read"], days: 1 };
    const made = await dana.call("POST", "/api/trpc/token.create", wanted, {}, { isKept: false });
    const { token, id } = JSON.parse(made.text).result.data;
    secrets.push(token);
    const app = new WatchedPerson();
    const bearer = { authorization: `Bearer ${token}` };
    const owner = encodeURIComponent(JSON.stringify({ owner: { type: "organization", organizationId } }));
    for (const path of [`configuration.effective?input=${owner}`, `audit.list?input=${owner}`]) {
      expect((await app.call("GET", `/api/trpc/${path}`, undefined, bearer)).status).toBe(200);
    }
    expect((await app.call("GET", `/api/trpc/key.list?input=${owner}`, undefined, bearer)).status).toBe(403);
    for (const name of ["organization.create", "token.create"]) {
      expect((await dana.trpc(name, { ...wanted, name: token })).status).toBe(400);
    }
    await app.call("GET", `/api/${token}?token=${token}`, undefined, { "x-token": token, cookie: token });
    await dana.call(
      "GET",
      `/api/trpc/token.list?input=${encodeURIComponent(JSON.stringify({ organizationId }))}`,
    );
    expect((await dana.trpc("token.revoke", { organizationId, tokenId: id })).status).toBe(200);
    expect((await app.call("GET", "/api/ai-configuration", undefined, bearer)).status).toBe(401);
  });

  test("another issuer's token is used, refused and put where none belongs", async () => {
    const kim = new WatchedPerson();
    const asKim = { authorization: `Bearer ${issuerTokens.good}` };
    const asNobody = { authorization: `Bearer ${issuerTokens.over}` };
    for (const path of ["/api/ai-configuration", "/api/trpc/me.get", "/api/audit/export"]) {
      expect((await kim.call("GET", path, undefined, asKim)).status).toBe(200);
      expect((await kim.call("GET", path, undefined, asNobody)).status).toBe(401);
    }
    const { good, over } = issuerTokens;
    for (const token of [good, over, `${good}x`, `${over}.x`]) {
      await kim.call("GET", `/api/${token}?token=${token}`, undefined, {
        cookie: `a=${token}`,
        "x-token": token,
      });
      await kim.call("GET", `/api/trpc/${token}?input=${token}`, undefined, {
        "x-request-id": token,
      });
      await kim.call("POST", "/api/auth/sign-up/token", { invitation: token }, asKim);
      await kim.call(
        "POST",
        "/api/auth/sign-up/token",
        { [token]: token },
        { authorization: `Bearer ${token}` },
      );
      await kim.call("PATCH", "/api/ai-configuration", { configName: token, updates: {} }, asKim);
    }
  });

  test("keys in the wrong place are refused, or kept from being said again", async () => {
    const key = keys.misplaced;
    const owner = { type: "user" };
    const update = (change: object) =>
      dana.trpc("configuration.update", { owner, configName: "default", ...change });
    const refused = [
      await update({ updates: { apiKeys: { primaryKey: key } } }),
      await update({ updates: { model: { model: key } } }),
      await update({ updates: { model: { stopSequences: [key] } } }),
      await update({ updates: { [key]: 1 } }),
      await update({ updates: {}, configName: key }),
      await update({ updates: { model: { topP: 0.5 } }, reason: `because ${key}` }),
      await dana.call("PATCH", "/api/ai-configuration", {
        configName: "default",
        updates: { model: { temperature: key } },
      }),
      await dana.call("PATCH", "/api/ai-configuration", `{"configName": "default", ${key}}`),
      await dana.call("PATCH", "/api/ai-configuration", { [key]: key }),
      await dana.call("POST", `/api/ai-configuration/rotate-key?key=${key}`, {
        newPrimaryKey: `${key} ${key}`,
      }),
      await dana.call("GET", `/api/${key}`),
      await dana.call("GET", `/api/ai-configuration?organizationId=${key}`),
      await dana.call("GET", `/api/trpc/${key}?input=${key}`),
      await dana.trpc("organization.create", { name: key }),
      await dana.trpc("organization.rename", { organizationId, name: key }),
      await dana.trpc("organization.invite", { organizationId, role: "member", email: `${key}@example.com` }),
      await dana.trpc("policy.set", {
        organizationId,
        policy: { fields: { "model.stopSequences": { lock: [key] } } },
      }),
      await dana.trpc("policy.set", { organizationId, policy: { allowedModels: [key] } }),
      await dana.call("POST", "/api/auth/sign-up/email", { name: key, email: "kim@example.com", password }),
      await dana.call("POST", "/api/auth/sign-up/email", {
        name: "Kim",
        email: `${key}@example.com`,
        password,
      }),
      await dana.call("POST", "/api/auth/sign-in/email", { email: key, password: key }),
    ];
    expect(refused.map(({ status, text }) => (status >= 400 && status < 500 ? "refused" : text))).toEqual(
      refused.map(() => "refused"),
    );
    await dana.call("GET", "/api/ai-configuration", undefined, {
      "x-request-id": keys.header,
      "user-agent": key,
      referer: `https://example.com/${key}`,
    });
    await dana.call("GET", "/api/ai-configuration", undefined, {
      authorization: `Bearer ${key}`,
      cookie: `a=${key}`,
      "x-api-key": key,
    });
  });

  test("failures of ours say nothing either", async () => {
    await database.owner`alter table private.ai_provider_keys rename column hint to clue`;
    const broken = await dana.call("POST", "/api/ai-configuration/rotate-key", { newPrimaryKey: keys.user1 });
    expect(broken.status).toBe(500);
    await database.owner`alter table private.ai_provider_keys rename column clue to hint`;
    await database.owner`alter table private.ai_provider_keys add constraint never check (slot <> 'primary') not valid`;
    expect(
      (await dana.call("POST", "/api/ai-configuration/rotate-key", { newPrimaryKey: keys.user1 })).status,
    ).toBeGreaterThanOrEqual(400);
    await database.owner`alter table private.ai_provider_keys drop constraint never`;
  });

  test("nor does a browser keep what was typed into it", async () => {
    browser = await launchBrowser();
    context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    page.on("console", (message) => answers.push(`console ${message.text()}`));
    page.on("response", (response) => {
      void response.text().then(
        (text) => answers.push(`${response.url()}\n${text}`),
        () => {},
      );
    });
    await page.goto(`${product.url}/sign-in`);
    await page.getByLabel("E-mail").fill("dana@example.com");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1, name: "Configuration" }).waitFor();
    await page.goto(`${product.url}/keys`);
    await page.getByRole("button", { name: "Rotate key" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("New key").fill(keys.browser);
    await dialog.getByRole("button", { name: "Rotate key" }).click();
    await dialog.getByText("Verified: Anthropic accepts it.").waitFor();
    answers.push(await page.content());
    await dialog.getByRole("button", { name: "Done" }).click();
    await page.getByText(keys.browser.slice(-4)).first().waitFor();
    expect(offered).toContain(keys.browser);
    answers.push(await page.content());
    await page.reload();
    await page.getByText(keys.browser.slice(-4)).first().waitFor();
    answers.push(await page.content());
    answers.push(
      await page.evaluate(async () => {
        const fields = [...document.querySelectorAll("input, textarea")].map(
          (field) => (field as HTMLInputElement).value,
        );
        const databases = await indexedDB.databases();
        return JSON.stringify([
          { ...localStorage },
          { ...sessionStorage },
          await caches.keys(),
          databases,
          fields,
          history.state,
          location.href,
        ]);
      }),
    );
    answers.push(JSON.stringify(await context.storageState({ indexedDB: true })));
  });
});

describe("afterwards there is no secret in any form", () => {
  test("in any answer, page, header or storage of the browser", () => {
    expect(answers.length).toBeGreaterThan(60);
    // The password is told by nobody; a canary of the answers themselves shows that they are searched.
    expect(findSecrets(answers.join("\n"), ["Dana Reyes's organization"])).not.toEqual([]);
    expect(findSecrets(answers.join("\n"), secrets)).toEqual([]);
  });

  test("in the log of the product, which wrote all it could", async () => {
    expect(product.output()).toContain('"level":');
    expect(findSecrets(product.output(), secrets)).toEqual([]);
  });

  test("in any row of the database", async () => {
    const tables = await database.owner<{ name: string }[]>`
      select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`;
    let rows = 0;
    for (const { name } of tables) {
      const found = await database.owner.unsafe(`select t::text as row from ${name} as t`);
      rows += found.length;
      expect([name, findSecrets(found.map(({ row }) => row).join("\n"), secrets)]).toEqual([name, []]);
    }
    expect(rows).toBeGreaterThan(30);
  });

  test("in the log of the database, with every statement and parameter", async () => {
    const log = readFileSync(logFile, "utf8").slice(logStart);
    // It has the statements that store keys.
    expect(log).toMatch(/insert into private\.ai_provider_keys/);
    expect(log).toContain("dana@example.com");
    expect(findSecrets(log, secrets)).toEqual([]);
  });
});
