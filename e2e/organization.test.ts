import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { accessibilityViolations, sidewaysScroll } from "./support/check-page.ts";
import { HttpPerson } from "./support/http-person.ts";
import { launchBrowser } from "./support/launch-browser.ts";
import { type Product, startProduct } from "./support/start-product.ts";

let product: Product;
let browser: Browser;
let dana: HttpPerson;
let organizationId: string;
/** Each person's own browser. */
let asKim: Page;

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct(), launchBrowser()]);
  dana = new HttpPerson(product.url);
  await dana.signUp("dana@example.com");
  organizationId = (await dana.call("GET", "/api/trpc/me.get")).body.result.data.organizations[0].id;
  await dana.call("POST", "/api/trpc/organization.rename", { organizationId, name: "Acme Robotics" });
  await new HttpPerson(product.url).signUp("kim@example.com", "Kim Osei");
  asKim = await openPage();
});

afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
});

async function openPage(): Promise<Page> {
  // The page's policy forbids foreign scripts; the accessibility check is one.
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: "reduce",
    bypassCSP: true,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  return page;
}

async function inviteByLink(email?: string): Promise<string> {
  const input = { organizationId, role: "member", email };
  const { body } = await dana.call("POST", "/api/trpc/organization.invite", input);
  return body.result.data.url;
}

async function signIn(page: Page, email: string) {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button", { name: "Sign in" }).click();
}

describe("somebody with an account who is invited by a link", () => {
  let link: string;

  test("may make an account or sign in, and keeps the invitation on the way", async () => {
    link = await inviteByLink();
    await asKim.goto(link);
    await asKim.getByRole("button", { name: "Create account" }).waitFor();
    await asKim.getByRole("link", { name: "I have an account: sign in" }).click();
    await signIn(asKim, "kim@example.com");
    await asKim.getByRole("heading", { level: 1, name: "Join Acme Robotics?" }).waitFor();
    expect(await accessibilityViolations(asKim)).toEqual([]);
  });

  test("joins, and the organization is the one that is shown", async () => {
    await asKim.getByRole("button", { name: "Join Acme Robotics" }).click();
    await asKim.getByRole("heading", { level: 1, name: "Configuration" }).waitFor();
    await asKim.getByRole("button", { name: /Organization: ?Acme Robotics/ }).waitFor();
    const { body } = await dana.call(
      "GET",
      `/api/trpc/organization.members?input=${encodeURIComponent(JSON.stringify({ organizationId }))}`,
    );
    const emails = body.result.data.map((member: { email: string }) => member.email);
    expect(emails).toContain("kim@example.com");
  });

  test("is led in by a link they do not need any more", async () => {
    await asKim.goto(link);
    await asKim.getByText("You belong to Acme Robotics already.").waitFor();
  });

  test("is told in words what is wrong with a link, and not whose it is", async () => {
    const forLee = await inviteByLink("lee@example.com");
    const used = await inviteByLink();
    await new HttpPerson(product.url).signUp("max@example.com", "Max", new URL(used));
    const asLou = await openPage();
    await new HttpPerson(product.url).signUp("lou@example.com", "Lou");
    await asLou.goto(`${product.url}/sign-in`);
    await signIn(asLou, "lou@example.com");
    await asLou.getByRole("heading", { level: 1, name: "Configuration" }).waitFor();
    for (const [address, words] of [
      [forLee, "another e-mail address than lou@example.com"],
      [used, "joined with this link already"],
      [`${product.url}/sign-up?invitation=made-up`, "There is no such invitation."],
    ] as const) {
      await asLou.goto(address);
      await asLou.getByText(words).waitFor();
      expect(await asLou.locator("body").textContent()).not.toContain("Acme");
      expect(await sidewaysScroll(asLou)).toBeLessThanOrEqual(0);
    }
    await asLou.context().close();
  });
});
