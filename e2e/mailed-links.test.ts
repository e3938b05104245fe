import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type MailServer, startMailServer } from "../apps/api/test/support/mail-server.ts";
import { accessibilityViolations, sidewaysScroll } from "./support/check-page.ts";
import { HttpPerson } from "./support/http-person.ts";
import { launchBrowser } from "./support/launch-browser.ts";
import { type Product, startProduct } from "./support/start-product.ts";

let mailServer: MailServer;
let product: Product;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  mailServer = await startMailServer();
  const env = {
    AI_CONFIG_SMTP_URL: mailServer.url,
    AI_CONFIG_MAIL_FROM: "AI Config <no-reply@example.com>",
  };
  [product, browser] = await Promise.all([startProduct({ env }), launchBrowser()]);
  page = await openPage();
});

afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
  await mailServer?.[Symbol.asyncDispose]();
});

async function openPage(): Promise<Page> {
  // The page's policy forbids foreign scripts; the accessibility check is one.
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: "reduce",
    bypassCSP: true,
  });
  const opened = await context.newPage();
  opened.setDefaultTimeout(15_000);
  return opened;
}

/** The link in the newest mail. */
const newestLink = () => mailServer.mails.at(-1)?.text.match(/^http\S+$/m)?.[0] ?? "";

const checkLooks = async () => {
  expect(await accessibilityViolations(page)).toEqual([]);
  expect(await sidewaysScroll(page)).toBeLessThanOrEqual(0);
};

describe("a person who signs up", () => {
  test("is reminded to confirm their address, and asks for the mail again", async () => {
    await page.goto(`${product.url}/sign-up`);
    await page.getByLabel("Name").fill("Dana Reyes");
    await page.getByLabel("E-mail").fill("dana@example.com");
    await page.getByLabel("Password").fill("correct horse battery");
    await page.getByRole("button", { name: "Create account" }).click();
    await page.getByRole("heading", { level: 1, name: "Configuration" }).waitFor();
    await mailServer.until(1);
    await page.goto(`${product.url}/account`);
    await page.getByText("Not confirmed").waitFor();
    await page.getByRole("button", { name: "Send the mail again" }).click();
    await page.getByText("Open the link that dana@example.com gets.").waitFor();
    await mailServer.until(2);
    await checkLooks();
  });

  test("confirms it by the link, and is reminded no more", async () => {
    await page.goto(newestLink());
    await page.getByRole("heading", { level: 1, name: "Confirm your address" }).waitFor();
    await checkLooks();
    await page.getByRole("button", { name: "Confirm address" }).click();
    await page.getByText("Your address is confirmed.").waitFor();
    await page.getByRole("link", { name: "Go on" }).click();
    await page.getByRole("heading", { level: 1, name: "Configuration" }).waitFor();
    await page.goto(`${product.url}/account`);
    await page.getByText("This one").waitFor();
    await expect.poll(() => page.getByText("Not confirmed").count()).toBe(0);
  });
});

describe("an owner who invites somebody by address", () => {
  test("reads that the link was mailed, and still gets it", async () => {
    await page.goto(`${product.url}/members`);
    await page.getByRole("button", { name: "Invite" }).click();
    await page.getByText("It is mailed there.").waitFor();
    await page.getByLabel("E-mail (optional)").fill("kim@example.com");
    await page.getByRole("button", { name: "Make link" }).click();
    const shown = page.getByRole("dialog", { name: "Invitation sent" });
    const link = await shown.getByLabel("Invitation link").inputValue();
    await mailServer.until(3);
    expect(mailServer.mails[2]?.to).toEqual(["kim@example.com"]);
    expect(newestLink()).toBe(link);
    await checkLooks();
    const joined = await new HttpPerson(product.url).signUp("kim@example.com", "Kim Osei", new URL(link));
    expect(joined.status).toBe(200);
    await mailServer.until(4);
  });
});

describe("a person who forgot their password", () => {
  test("asks for a link, and is told the same for an address that nobody has", async () => {
    const stranger = await openPage();
    await stranger.goto(`${product.url}/sign-in`);
    await stranger.getByRole("link", { name: "Forgot your password?" }).click();
    // The page being left has a field of that name too.
    await stranger.getByRole("heading", { level: 1, name: "Forgot your password?" }).waitFor();
    await stranger.getByLabel("E-mail").fill("nobody@example.com");
    await stranger.getByRole("button", { name: "Send me a link" }).click();
    await stranger.getByText("a mail with a link is on its way").waitFor();
    page = await openPage();
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await page.goto(`${product.url}/forgot-password`);
      await page.getByLabel("E-mail").fill("dana@");
      await page.getByRole("button", { name: "Send me a link" }).click();
      await page.getByText("Enter an e-mail address, like name@example.com.").waitFor();
      await checkLooks();
    }
    await page.getByLabel("E-mail").fill("dana@example.com");
    await page.getByRole("button", { name: "Send me a link" }).click();
    await page.getByText("a mail with a link is on its way").waitFor();
    await mailServer.until(5);
    expect(mailServer.mails[4]?.to).toEqual(["dana@example.com"]);
  });

  test("chooses another by the link, once, and signs in with it", async () => {
    const link = newestLink();
    await page.goto(link);
    await page.getByLabel("New password").fill("short");
    await page.getByRole("button", { name: "Change password" }).click();
    await page.getByText("Use at least 10 characters.").waitFor();
    await checkLooks();
    await page.getByLabel("New password").fill("a longer staple than before");
    await page.getByRole("button", { name: "Change password" }).click();
    await page.getByText("Sign in with the new one.").waitFor();
    await page.getByLabel("E-mail").fill("dana@example.com");
    await page.getByRole("textbox", { name: "Password" }).fill("a longer staple than before");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1, name: "Configuration" }).waitFor();
    await page.goto(link);
    await page.getByLabel("New password").fill("yet another password");
    await page.getByRole("button", { name: "Change password" }).click();
    await page.getByText("This link was used, is over, or is not complete.").waitFor();
    expect(product.output()).not.toContain(new URL(link).hash.slice(1));
  });

  test("is told who can help where no mails are sent", async () => {
    await using silent = await startProduct();
    await page.goto(`${silent.url}/forgot-password`);
    await page.getByText("Ask whoever runs this AI Config.").waitFor();
    expect(await page.getByRole("button", { name: "Send me a link" }).count()).toBe(0);
    await checkLooks();
  });
});
