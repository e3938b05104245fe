import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { accessibilityViolations, sidewaysScroll } from "./support/check-page.ts";
import { launchBrowser } from "./support/launch-browser.ts";
import { type Product, startProduct } from "./support/start-product.ts";

let product: Product;
let browser: Browser;
let context: BrowserContext;
let page: Page;
const complaints: string[] = [];

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct(), launchBrowser()]);
  // The page's policy forbids foreign scripts; the accessibility check is one.
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, bypassCSP: true });
  page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("console", (message) => {
    // Asking who is signed in is answered with 401 where nobody is, and a browser notes every such answer.
    if (message.type() === "error" && !message.text().includes("401 (Unauthorized)")) {
      complaints.push(message.text());
    }
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
});

afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
});

const row = (path: string) => page.locator(`[id="${path}"]`);

describe("a person at the settings page", () => {
  test("signs up and lands on the configuration", async () => {
    await page.goto(`${product.url}/sign-up`);
    await page.getByLabel("Name").fill("Dana Reyes");
    await page.getByLabel("E-mail").fill("dana@example.com");
    await page.getByLabel("Password").fill("correct horse battery");
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByRole("heading", { level: 1, name: "Configuration" }).waitFor();
    expect(await row("model.temperature").textContent()).toContain("Defaults");
  });

  test("changes the temperature and sees where the value comes from now", async () => {
    await row("model.temperature").getByRole("textbox", { name: "Temperature" }).fill("0.9");
    await page.keyboard.press("Tab");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Saved", { exact: true }).first().waitFor();
    await row("model.temperature").getByText("Set here").waitFor();
  });

  test("finds it again after a reload", async () => {
    await page.reload();
    await row("model.temperature").getByText("Set here").waitFor();
    expect(await row("model.temperature").getByRole("textbox", { name: "Temperature" }).inputValue()).toBe(
      "0.9",
    );
  });

  test("is told in words what is wrong with 1.5, and nothing is saved", async () => {
    await row("model.temperature").getByRole("textbox", { name: "Temperature" }).fill("1.5");
    await page.keyboard.press("Tab");
    await row("model.temperature").getByText("Must be 1 or less.").waitFor();
    await page.getByRole("button", { name: "Discard" }).click();
    expect(await row("model.temperature").getByRole("textbox", { name: "Temperature" }).inputValue()).toBe(
      "0.9",
    );
  });

  test("reads every level in the explanation", async () => {
    await row("model.temperature").getByRole("button", { name: "Explain Temperature" }).click();
    const popover = page.getByRole("dialog", { name: /Temperature/ });
    await popover.waitFor();
    const text = (await popover.textContent()) ?? "";
    for (const level of ["User", "Organization", "Environment", "Defaults"]) expect(text).toContain(level);
    expect(text).toContain("not set");
    await page.keyboard.press("Escape");
  });

  test("finds the change in the audit log, with what it was before", async () => {
    await page.getByRole("link", { name: "Audit log" }).click();
    await page.getByRole("heading", { level: 1, name: "Audit log" }).waitFor();
    const entry = page.getByRole("listitem").filter({ hasText: "Temperature" }).first();
    await entry.waitFor();
    expect(await entry.textContent()).toContain("0.9");
  });

  test("resets it to the value that the button names", async () => {
    await page.getByRole("link", { name: "Configuration" }).click();
    await row("model.temperature").getByRole("button", { name: "Reset to 0.7" }).click();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await row("model.temperature").getByText("Inherited from").waitFor();
    await expect
      .poll(() => row("model.temperature").getByRole("textbox", { name: "Temperature" }).inputValue())
      .toBe("0.7");
  });

  test("sees price and limits of the model that answers once the chosen one is retired", async () => {
    await page.route("**/configuration.effective*", async (route) => {
      const response = await route.fetch();
      const body = (await response.text()).replaceAll(
        /"resolvedAt":"[^"]+"/g,
        '"resolvedAt":"2026-12-05T00:00:00.000Z"',
      );
      await route.fulfill({ response, body });
    });
    await page.reload();
    await row("model.model").getByText("Of Claude Sonnet 5.5, which answers its calls:").waitFor();
    await row("model.model").getByText("$0.002 / 1K tokens").waitFor();
    await page.unroute("**/configuration.effective*");
    await page.reload();
    await row("model.temperature").getByText("Inherited from").waitFor();
  });

  test("signs out, and the page is closed to the next reader", async () => {
    await page.getByRole("button", { name: /Account/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await page.goto(`${product.url}/configuration`);
    await page.getByRole("button", { name: "Sign in" }).waitFor();
  });

  test("signs in again", async () => {
    await page.getByLabel("E-mail").fill("dana@example.com");
    await page.getByLabel("Password").fill("correct horse battery");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1, name: "Configuration" }).waitFor();
  });
});

describe.each([
  { theme: "light", width: 1440 },
  { theme: "dark", width: 1440 },
  { theme: "light", width: 390 },
  { theme: "dark", width: 390 },
] as const)("every page in $theme at $width px", ({ theme, width }) => {
  test.each([
    "/configuration",
    "/configuration?level=organization",
    "/audit",
    "/budgets",
    "/keys",
    "/policy",
    "/members",
    "/account",
    "/forgot-password",
    "/reset-password#token",
    "/confirm-address#token",
  ])("%s passes the accessibility rules and does not scroll sideways", async (path) => {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`${product.url}${path}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.waitForLoadState("networkidle");
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(await sidewaysScroll(page)).toBeLessThanOrEqual(0);
  });
});

test("the browser's console had nothing to complain about", () => {
  expect(complaints).toEqual([]);
});
