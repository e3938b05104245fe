import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { accessibilityViolations, sidewaysScroll } from "./support/check-page.ts";
import { launchBrowser } from "./support/launch-browser.ts";
import { type Product, startProduct } from "./support/start-product.ts";

let product: Product;
let browser: Browser;
let page: Page;
let token = "";
let userId = "";
let organizationId = "";

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct(), launchBrowser()]);
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: "reduce",
    bypassCSP: true,
  });
  page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(`${product.url}/sign-up`);
  await page.getByLabel("Name").fill("Dana Reyes");
  await page.getByLabel("E-mail").fill("dana@example.com");
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("heading", { level: 1, name: "Configuration" }).waitFor();
  const me = await page.evaluate(async () => (await fetch("/api/trpc/me.get")).json());
  userId = me.result.data.user.id;
  organizationId = me.result.data.organizations[0].id;
});

afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
});

const ask = (bearer: string) =>
  fetch(`${product.url}/api/ai-configuration?userId=${userId}`, {
    headers: { authorization: `Bearer ${bearer}` },
  });

test("an admin makes a token for an app, which sees it once", async () => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(`${product.url}/keys?level=organization`);
  await page.getByText("No app has a token at the moment.").waitFor();
  await page.getByRole("button", { name: "New token" }).click();
  const dialog = page.getByRole("dialog", { name: "New service token" });
  await dialog.getByLabel("Name").fill("Checkout service");
  await dialog.getByRole("checkbox", { name: "Read the policy" }).check();
  expect(await accessibilityViolations(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Make token" }).click();

  const shown = page.getByRole("dialog", { name: "Copy this token" });
  await shown.getByRole("button", { name: "Copy" }).click();
  await shown.getByText("Copied.").waitFor();
  token = await page.evaluate(() => navigator.clipboard.readText());
  expect(token).toMatch(/^aics_[A-Za-z0-9_-]{43}$/);
  expect(await accessibilityViolations(page)).toEqual([]);
  await shown.getByRole("button", { name: "Done" }).click();
  const row = page.getByRole("listitem").filter({ hasText: "Checkout service" });
  await row.getByText("Read effective configurations · Read the policy").waitFor();
  expect(await page.content()).not.toContain(token);
});

test("the app calls with it, and its use shows", async () => {
  const answer = await ask(token);
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ organizationId, effective: { model: { temperature: 0.7 } } });
  await page.reload();
  await page.getByText(/last used/).waitFor();
});

test("revoked, it opens nothing, and the audit log says who did it and why", async () => {
  await page.getByRole("button", { name: "Revoke", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Revoke “Checkout service”?" });
  await dialog.getByLabel("Reason (optional)").fill("moved to another host");
  expect(await accessibilityViolations(page)).toEqual([]);
  await dialog.getByRole("button", { name: "Revoke" }).click();
  await page.getByText("No app has a token at the moment.").waitFor();
  expect((await ask(token)).status).toBe(401);
  await page.goto(`${product.url}/audit?level=organization`);
  await page.getByText("revoked the service token “Checkout service”").waitFor();
  await page.getByText("moved to another host").waitFor();
});

test("nothing runs off a phone", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto(`${product.url}/keys?level=organization`);
  await page.getByRole("button", { name: "New token" }).click();
  await page.getByRole("dialog", { name: "New service token" }).waitFor();
  expect(await sidewaysScroll(page)).toBe(0);
});
