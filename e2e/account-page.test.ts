import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { codeOf } from "../apps/api/test/support/authenticator-app.ts";
import { accessibilityViolations, sidewaysScroll } from "./support/check-page.ts";
import { HttpPerson } from "./support/http-person.ts";
import { launchBrowser } from "./support/launch-browser.ts";
import { type Product, startProduct } from "./support/start-product.ts";

const PASSWORD = "correct horse battery";
let product: Product;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct(), launchBrowser()]);
  await new HttpPerson(product.url).signUp("dana@example.com");
  // The page's policy forbids foreign scripts; the accessibility check is one.
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: "reduce",
    bypassCSP: true,
  });
  page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(`${product.url}/sign-in`);
  await page.getByLabel("E-mail").fill("dana@example.com");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { level: 1, name: "Configuration" }).waitFor();
});

afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
});

const rows = () => page.getByRole("region", { name: "Sessions" }).getByRole("listitem");

/** Somebody else's browser, in which Dana is signed in. */
async function signInElsewhere(password = PASSWORD): Promise<HttpPerson> {
  const person = new HttpPerson(product.url);
  const body = { email: "dana@example.com", password };
  const answer = await person.call("POST", "/api/auth/sign-in/email", body, { origin: product.url });
  expect(answer.status).toBe(200);
  return person;
}

const isSignedIn = async (person: HttpPerson) =>
  (await person.call("GET", "/api/trpc/me.get")).status === 200;

describe("a person at their account page", () => {
  test("gets there from the menu and reads who they are", async () => {
    await page.getByRole("button", { name: /Account/ }).click();
    await page.getByRole("menuitem", { name: "Account" }).click();
    await page.getByRole("heading", { level: 1, name: "Account" }).waitFor();
    const profile = page.getByRole("region", { name: "Profile" });
    await profile.getByText("Dana Reyes").waitFor();
    await profile.getByText("dana@example.com").waitFor();
  });

  test("sees where they are signed in and ends one that is not this one", async () => {
    await expect.poll(() => rows().count()).toBe(2);
    const here = rows().filter({ hasText: "This one" });
    await here.getByText("Chrome on Linux").waitFor();
    expect(await here.getByRole("button").count()).toBe(0);
    await rows().filter({ hasText: "Unknown device" }).getByRole("button", { name: "End" }).click();
    await page.getByText("Unknown device is signed out.").waitFor();
    await expect.poll(() => rows().count()).toBe(1);
    expect(await page.getByRole("button", { name: "End all others" }).count()).toBe(0);
  });

  test("ends all others at once", async () => {
    const [first, second] = [await signInElsewhere(), await signInElsewhere()];
    await page.reload();
    await expect.poll(() => rows().count()).toBe(3);
    await page.getByRole("button", { name: "End all others" }).click();
    await page.getByText("You are signed in here only.").waitFor();
    await expect.poll(() => rows().count()).toBe(1);
    expect([await isSignedIn(first), await isSignedIn(second)]).toEqual([false, false]);
  });

  test("is told in the right place what is wrong with a password", async () => {
    const change = page.getByRole("button", { name: "Change password" });
    await change.click();
    await page.getByText("Enter your current password.").waitFor();
    await page.getByText("Use at least 10 characters.").waitFor();
    await page.getByLabel("Current password").fill("wrong horse battery");
    await page.getByLabel("New password").fill("a longer staple than before");
    await change.click();
    await page.getByText("This is not your password.").waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  test("changes the password, stays signed in here, and is signed out elsewhere", async () => {
    const elsewhere = await signInElsewhere();
    await page.getByLabel("Current password").fill(PASSWORD);
    await page.getByRole("button", { name: "Change password" }).click();
    await page.getByText("You are signed out everywhere else.").waitFor();
    expect(await page.getByLabel("Current password").inputValue()).toBe("");
    expect(await isSignedIn(elsewhere)).toBe(false);
    await page.reload();
    await expect.poll(() => rows().count()).toBe(1);
    expect(await isSignedIn(await signInElsewhere("a longer staple than before"))).toBe(true);
  });

  test("finds it from the drawer of a phone, with nothing to scroll sideways for", async () => {
    await page.setViewportSize({ width: 390, height: 900 });
    await page.goto(`${product.url}/configuration`);
    await page.getByRole("button", { name: "Open navigation" }).click();
    await page.getByRole("button", { name: /Account/ }).click();
    await page.getByRole("menuitem", { name: "Account" }).click();
    await page.getByRole("heading", { level: 1, name: "Account" }).waitFor();
    await expect.poll(() => page.getByRole("dialog").count()).toBe(0);
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(await sidewaysScroll(page)).toBeLessThanOrEqual(0);
  });
});

describe("a person who wants two-step sign-in", () => {
  const password = "a longer staple than before";
  const card = () => page.getByRole("region", { name: "Two-step sign-in" });
  const dialog = (name: string) => page.getByRole("dialog", { name });
  let uri: string;
  let backupCodes: string[];

  /** Up to where a code is asked for. */
  async function signInAgain(): Promise<void> {
    await page.getByRole("button", { name: /Account/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    // The page that is being left has fields of the same names.
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await page.getByLabel("E-mail").fill("dana@example.com");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
  }

  test("connects an authenticator app by a picture, or by hand, and gets backup codes once", async () => {
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(`${product.url}/account`);
    await card().getByText("Off", { exact: true }).waitFor();
    await card().getByRole("button", { name: "Set up" }).click();
    const first = dialog("Set up two-step sign-in");
    await first.getByLabel("Password").fill("wrong horse battery");
    await first.getByRole("button", { name: "Continue" }).click();
    await first.getByText("This is not your password.").waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    await first.getByLabel("Password").fill(password);
    await page.keyboard.press("Enter");
    const second = dialog("Scan this with your app");
    await second.getByRole("img", { name: "Code to scan with an authenticator app" }).waitFor();
    const secret = await second.getByLabel("Or enter this key by hand").inputValue();
    uri = `otpauth://totp/x?secret=${secret}`;
    await second.getByLabel("Code", { exact: true }).fill("12");
    await second.getByRole("button", { name: "Turn on" }).click();
    await second.getByText("Enter the six digits of your authenticator app.").waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    const code = codeOf(uri);
    await second.getByLabel("Code", { exact: true }).fill(`${code.slice(0, 3)} ${code.slice(3)}`);
    await second.getByRole("button", { name: "Turn on" }).click();
    const third = dialog("Keep these backup codes");
    const listed = third.getByRole("list", { name: "Backup codes" }).getByRole("listitem");
    await expect.poll(() => listed.count()).toBe(10);
    backupCodes = await listed.allTextContents();
    expect(await accessibilityViolations(page)).toEqual([]);
    await third.getByRole("button", { name: "Done" }).click();
    await card().getByText("On", { exact: true }).waitFor();
    expect(await page.content()).not.toContain(backupCodes[0]);
  });

  test("is asked for a code at the next sign-in, and comes in with it", async () => {
    await signInAgain();
    await page.getByRole("heading", { level: 1, name: "Enter your code" }).waitFor();
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("Enter the six digits of your authenticator app.").waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.goto(`${product.url}/account`);
    await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
    await page.getByLabel("E-mail").fill("dana@example.com");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByLabel("Code", { exact: true }).fill(codeOf(uri));
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1, name: "Account" }).waitFor();
  });

  test("comes in with a backup code where the app is lost, once", async () => {
    await signInAgain();
    await page.getByRole("button", { name: "Use a backup code" }).click();
    await page.getByLabel("Backup code").fill("none-ofthem");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("This is none of your backup codes, or it was used already.").waitFor();
    await page.getByLabel("Backup code").fill(backupCodes[0] ?? "");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1, name: "Configuration" }).waitFor();
  });

  test("makes new backup codes, and turns it off with the password", async () => {
    await page.goto(`${product.url}/account`);
    await card().getByRole("button", { name: "New backup codes" }).click();
    await dialog("Make new backup codes?").getByLabel("Password").fill(password);
    await page.keyboard.press("Enter");
    const shown = dialog("Keep these backup codes");
    await shown
      .getByText(/^[A-Za-z0-9]{5}-[A-Za-z0-9]{5}$/)
      .first()
      .waitFor();
    await shown.getByRole("button", { name: "Done" }).click();
    await card().getByRole("button", { name: "Turn off" }).click();
    const question = dialog("Turn off two-step sign-in?");
    await question.getByRole("button", { name: "Turn off" }).click();
    await question.getByText("Enter your password.").waitFor();
    await question.getByLabel("Password").fill(password);
    await question.getByRole("button", { name: "Turn off" }).click();
    await page.getByText("Your password alone lets you in.").waitFor();
    await card().getByText("Off", { exact: true }).waitFor();
    await signInAgain();
    await page.getByRole("heading", { level: 1, name: "Configuration" }).waitFor();
  });
});
