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
let asDana: Page;

beforeAll(async () => {
  [product, browser] = await Promise.all([startProduct(), launchBrowser()]);
  dana = new HttpPerson(product.url);
  await dana.signUp("dana@example.com");
  organizationId = (await dana.call("GET", "/api/trpc/me.get")).body.result.data.organizations[0].id;
  await dana.call("POST", "/api/trpc/organization.rename", { organizationId, name: "Acme Robotics" });
  const kim = new HttpPerson(product.url);
  await kim.signUp("kim@example.com", "Kim Osei");
  await kim.call("PATCH", "/api/ai-configuration", {
    configName: "default",
    updates: { model: { temperature: 0.9, topP: 0.8 } },
  });
  [asKim, asDana] = await Promise.all([openPage(), openPage()]);
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
  // A page that is being left may have fields of the same names.
  await page.getByRole("button", { name: "Sign in" }).waitFor();
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

/** The row of a setting, by its path. */
const row = (page: Page, path: string) => page.locator(`[id="${path}"]`);

async function choose(page: Page, field: string, rule: string) {
  await page.getByRole("combobox", { name: field, exact: true }).click();
  await page.getByRole("option", { name: rule }).click();
}

describe("an owner who imposes a policy", () => {
  test("finds it in the navigation, and is asked for what a limit lacks", async () => {
    await asDana.goto(`${product.url}/sign-in`);
    await signIn(asDana, "dana@example.com");
    await asDana.getByRole("link", { name: "Policy" }).click();
    await asDana.getByRole("heading", { level: 1, name: "Policy" }).waitFor();
    await choose(asDana, "Top-p", "Limits");
    await asDana.getByRole("button", { name: "Review and save" }).click();
    await asDana.getByText("Must lock the field or give it a min or a max.").waitFor();
    await asDana.getByRole("textbox", { name: "Top-p: Maximum" }).fill("0.5");
  });

  test("sees what changes and whom it affects before it holds", async () => {
    await choose(asDana, "Temperature", "Locked");
    await asDana.getByRole("textbox", { name: "Temperature: Locked to" }).fill("0.2");
    await choose(asDana, "Maximum output", "Limits");
    await asDana.getByRole("textbox", { name: "Maximum output: Maximum" }).fill("4096");
    await choose(asDana, "Maximum output: A value beyond", "Refuse to save it");
    await asDana.getByLabel("Claude Sonnet 5.5").check();
    await asDana.getByRole("textbox", { name: "Shared daily budget" }).fill("250");
    await asDana.getByRole("button", { name: "Review and save" }).click();
    const review = asDana.getByRole("dialog", { name: "Review 5 changes" });
    await review.getByText("It changes what all 3 members use.").waitFor();
    const text = (await review.textContent()) ?? "";
    for (const words of [
      "limit 4,096 tokens, refused beyond",
      "locked to 0.2",
      "Limited to 0.5 by Acme Robotics.",
      "Shared limits hold for the calls of all members together.",
      "Claude Sonnet 5.5",
      "$250",
    ]) {
      expect(text).toContain(words);
    }
    expect(await accessibilityViolations(asDana)).toEqual([]);
  });

  test("saves it with a reason", async () => {
    await asDana.getByLabel("Reason for the audit log (optional)").fill("Keep costs in hand");
    await asDana.getByRole("button", { name: "Save policy" }).click();
    await asDana.getByText("Policy saved").waitFor();
    await asDana.getByText("Version 1").waitFor();
    await asDana.getByRole("button", { name: "Only rules (5)" }).waitFor();
  });

  test("is told when somebody else was quicker, and keeps the edit", async () => {
    await asDana.getByRole("textbox", { name: "Shared daily budget" }).fill("300");
    const { body } = await dana.call("GET", policyAddress());
    const { policy } = body.result.data;
    await dana.call("POST", "/api/trpc/policy.set", {
      organizationId,
      policy: { ...policy, pool: { dailyBudget: 250, monthlyBudget: 4000 } },
    });
    await asDana.getByRole("button", { name: "Review and save" }).click();
    await asDana.getByRole("button", { name: "Save policy" }).click();
    await asDana.getByRole("dialog", { name: "Changed while you were editing" }).waitFor();
    await asDana.getByRole("button", { name: "Load theirs, keep my draft" }).click();
    await asDana.getByText("Version 2").waitFor();
    await asDana.getByRole("button", { name: "Review and save" }).click();
    await asDana.getByRole("button", { name: "Save policy" }).click();
    await asDana.getByText("Version 3").waitFor();
    const saved = (await dana.call("GET", policyAddress())).body.result.data.policy;
    expect(saved.pool).toEqual({ dailyBudget: 300, monthlyBudget: 4000 });
  });

  test("finds it in the audit log in words", async () => {
    await asDana.goto(`${product.url}/audit?level=organization`);
    const entry = asDana.getByRole("listitem").filter({ hasText: "Keep costs in hand" }).last();
    await entry.waitFor();
    const text = (await entry.textContent()) ?? "";
    expect(text).toContain("the policy of Acme Robotics");
    expect(text).toContain("limit 4,096 tokens, refused beyond");
  });

  function policyAddress(): string {
    return `/api/trpc/policy.get?input=${encodeURIComponent(JSON.stringify({ organizationId }))}`;
  }
});

describe("a member under the policy", () => {
  test("sees in place what is locked and what is limited, and by whom", async () => {
    await asKim.goto(`${product.url}/configuration`);
    const temperature = row(asKim, "model.temperature");
    await temperature.getByText("Locked by Acme Robotics.").waitFor();
    const locked = temperature.getByRole("textbox", { name: "Temperature" });
    expect(await locked.inputValue()).toBe("0.2");
    expect(await locked.isEditable()).toBe(false);
    await row(asKim, "model.topP").getByText("Limited to 0.5 by Acme Robotics.").waitFor();
    expect(await accessibilityViolations(asKim)).toEqual([]);
  });

  test("is refused in the browser what the server would refuse", async () => {
    const maxTokens = row(asKim, "model.maxTokens");
    await maxTokens.getByText("Acme Robotics allows at most 4,096 tokens.").waitFor();
    await maxTokens.getByRole("textbox", { name: "Maximum output" }).fill("5000");
    await maxTokens.getByText("Must be 4,096 tokens or less: the limit of Acme Robotics.").waitFor();
    await asKim.getByRole("button", { name: "Discard" }).click();
  });

  test("may choose only the models that are allowed", async () => {
    await asKim.getByRole("combobox", { name: "Model", exact: true }).click();
    const other = asKim.getByRole("option", { name: /Claude Opus 5\.5/ });
    expect(await other.getAttribute("aria-disabled")).toBe("true");
    expect(await other.textContent()).toContain("Not allowed by Acme Robotics");
    await asKim.keyboard.press("Escape");
  });

  test.each([1440, 390])("reads the whole policy at %i px and cannot change it", async (width) => {
    await asKim.setViewportSize({ width, height: 900 });
    await asKim.goto(`${product.url}/policy`);
    await asKim.getByText("You can read the policy of Acme Robotics, not change it.").waitFor();
    await asKim.getByText("Locked to 0.2").waitFor();
    expect(await asKim.getByRole("combobox").count()).toBe(0);
    expect(await accessibilityViolations(asKim)).toEqual([]);
    expect(await sidewaysScroll(asKim)).toBeLessThanOrEqual(0);
  });
});
