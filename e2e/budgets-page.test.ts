import { type FakeAnthropic, failures, startFakeAnthropic } from "@ai-config/runtime/testing";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";

import { accessibilityViolations, sidewaysScroll } from "./support/check-page.ts";
import { HttpPerson } from "./support/http-person.ts";
import { launchBrowser } from "./support/launch-browser.ts";
import { type Product, startProduct } from "./support/start-product.ts";

let anthropic: FakeAnthropic;
let product: Product;
let browser: Browser;
let page: Page;
let dana: HttpPerson;
let organizationId: string;

beforeAll(async () => {
  anthropic = await startFakeAnthropic();
  [product, browser] = await Promise.all([
    startProduct({ env: { ANTHROPIC_API_BASE_URL: `${anthropic.url}/v1` } }),
    launchBrowser(),
  ]);
  dana = new HttpPerson(product.url);
  await dana.signUp("dana@example.com");
  organizationId = (await dana.call("GET", "/api/trpc/me.get")).body.result.data.organizations[0].id;
  await dana.call("POST", "/api/trpc/organization.rename", { organizationId, name: "Acme Robotics" });
  await setOwn({ model: { model: "claude-sonnet-5-5" }, costBudget: { timeZone: "Europe/Berlin" } });

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
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { level: 1, name: "Configuration" }).waitFor();
});

afterAll(async () => {
  await browser?.close();
  await product?.[Symbol.asyncDispose]();
  await anthropic?.[Symbol.asyncDispose]();
});

async function post(name: string, body: object) {
  expect((await dana.call("POST", `/api/trpc/${name}`, body)).status).toBe(200);
}

const setOwn = (updates: object) =>
  post("configuration.update", { owner: { type: "user" }, configName: "default", updates });

/** The page as it stands, at both widths and in both themes. */
async function checkLooks() {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.locator(`html[data-theme=${colorScheme}]`).waitFor();
    // Colours on their way to those of the theme have the contrast of neither.
    await page.evaluate(async () => {
      await new Promise(requestAnimationFrame);
      await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
    });
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      expect(await accessibilityViolations(page)).toEqual([]);
      expect(await sidewaysScroll(page)).toBeLessThanOrEqual(0);
    }
  }
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  await page.setViewportSize({ width: 1440, height: 900 });
}

const menu = () => page.getByRole("navigation", { name: "Main" });
const testCall = () => page.getByRole("region", { name: "Test call" });
const budget = (name: string) => page.getByRole("listitem").filter({ hasText: name });

describe("somebody who tries whether calls work", () => {
  test("reads that there is no key, and is led to where one is stored", async () => {
    await testCall().getByRole("button", { name: "Make the call" }).click();
    await testCall().getByText("There is no API key for this call.").waitFor();
    await testCall().getByRole("link", { name: "API keys" }).click();
    await page.getByRole("heading", { level: 1, name: "API keys" }).waitFor();
    await post("key.rotate", { owner: { type: "user" }, newKey: `sk-ant-api03-${"k".repeat(40)}` });
  });

  test("is answered, and sees what that cost and what governed it", async () => {
    anthropic.script({ text: "Hello, Dana.", usage: { inputTokens: 12_000, outputTokens: 200 } });
    await menu().getByRole("link", { name: "Configuration" }).click();
    await testCall().getByLabel("Prompt").fill("  ");
    await testCall().getByRole("button", { name: "Make the call" }).click();
    await testCall().getByText("Enter what Claude is asked.").waitFor();
    await testCall().getByLabel("Prompt").fill("Who am I?");
    await testCall().getByRole("button", { name: "Make the call" }).click();
    await testCall().getByText("Hello, Dana.").waitFor();
    const facts = await testCall().getByRole("definition").allInnerTexts();
    // 12,000 tokens at $2 and 200 at $10 for a million.
    expect(facts.slice(0, 5)).toEqual([
      "$0.026",
      "Claude Sonnet 5.5",
      "12,000 in, 200 out",
      "Your primary key",
      "1",
    ]);
    await testCall().getByText("Left of your daily budget").waitFor();
    expect(facts).toContain("$99.97");
    await testCall().getByText("Configuration version").waitFor();
    const { body } = await dana.call("GET", "/api/trpc/configuration.effective?input=%7B%7D");
    expect(body.result.data.etag).toBe(`"${facts[6]}"`);
    expect(facts[5]).toMatch(/^\d+ ms$|^\d+\.\d s$/);
    expect(facts[7]).toMatch(/^[\da-f]{8}-/);
    await testCall().getByRole("heading", { name: "Changed for this model" }).waitFor();
    await checkLooks();
    expect(anthropic.requests.at(-1)?.body).toMatchObject({ messages: [{ content: "Who am I?" }] });
  });
});

describe("somebody who gets no text", () => {
  test("reads why", async () => {
    anthropic.script({ text: "", stopReason: "refusal", usage: { inputTokens: 0, outputTokens: 0 } });
    await testCall().getByRole("button", { name: "Make the call" }).click();
    await testCall().getByText("Claude declined to answer: no text came back.").waitFor();
    anthropic.script({ text: "Cut", stopReason: "max_tokens", usage: { inputTokens: 0, outputTokens: 0 } });
    await testCall().getByRole("button", { name: "Make the call" }).click();
    await testCall().getByText("The limit of output tokens was reached.").waitFor();
  });
});

describe("somebody in a hurry", () => {
  test("pays for one call where they press twice", async () => {
    const before = anthropic.requests.length;
    anthropic.script({ text: "Once.", usage: { inputTokens: 0, outputTokens: 0 } });
    await page.getByRole("navigation", { name: "Sections" }).getByRole("link", { name: "Test call" }).click();
    await testCall().getByRole("button", { name: "Make the call" }).dblclick();
    await testCall().getByText("Once.").waitFor();
    expect(anthropic.requests.length).toBe(before + 1);
    // And the next press makes the next one.
    anthropic.script({ text: "Twice.", usage: { inputTokens: 0, outputTokens: 0 } });
    await testCall().getByRole("button", { name: "Make the call" }).click();
    await testCall().getByText("Twice.").waitFor();
  });

  test("is told that they are offline, and pays for nothing once they no longer are", async () => {
    const before = anthropic.requests.length;
    await page.context().setOffline(true);
    await testCall().getByRole("button", { name: "Make the call" }).click();
    await testCall().getByText("The server could not be reached.").waitFor();
    await page.context().setOffline(false);
    anthropic.script({ text: "Back.", usage: { inputTokens: 0, outputTokens: 0 } });
    await testCall().getByRole("button", { name: "Make the call" }).click();
    await testCall().getByText("Back.").waitFor();
    expect(anthropic.requests.length).toBe(before + 1);
  });
});

describe("somebody who watches what calls cost", () => {
  test("sees each budget, what is spent of it, and when it starts anew in their time zone", async () => {
    await menu().getByRole("link", { name: "Budgets" }).click();
    await page.getByRole("heading", { level: 1, name: "Budgets" }).waitFor();
    await budget("Daily budget").getByText("$0.026").first().waitFor();
    await budget("Daily budget").getByText("of $100.00 today").waitFor();
    await budget("Monthly budget").getByText("of $2,000.00 this month").waitFor();
    await budget("Weekly budget").getByText("(Europe/Berlin)").waitFor();
    const meter = page.getByRole("meter", { name: "Daily budget" });
    expect(Number(await meter.getAttribute("value"))).toBe(0.026);
    expect(Number(await meter.getAttribute("max"))).toBe(100);
    expect(await meter.getAttribute("aria-valuetext")).toBe("$0.026 of $100.00 spent today");
    await page.getByText("No threshold was crossed so far.").waitFor();
    await checkLooks();
  });

  test("finds the alert that a lower limit makes due when they come back from saving it", async () => {
    await menu().getByRole("link", { name: "Configuration" }).click();
    await page.getByRole("textbox", { name: "Daily budget" }).fill("0.05");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await page.getByText("Saved", { exact: true }).first().waitFor();
    await menu().getByRole("link", { name: "Budgets" }).click();
    const alerts = page.getByRole("region", { name: "Alerts" });
    await alerts
      .getByText(/^50% of the daily budget of \w+, .+ reached: \$0\.026 of \$0\.05 /)
      .waitFor({ timeout: 5_000 });
    await budget("Daily budget").getByText("Passed 50%").waitFor();
  });

  test("sees a lowered limit pass its thresholds, the next call refused in words, and the alerts", async () => {
    await setOwn({ costBudget: { dailyBudget: 0.0265, alertThresholds: [0.5, 0.9] } });
    await menu().getByRole("link", { name: "Configuration" }).click();
    await testCall().getByRole("button", { name: "Make the call" }).click();
    await testCall().getByText("Your daily budget has no room for this call: $0.026 of $0.0265").waitFor();
    await testCall().getByRole("link", { name: "Budgets" }).click();
    await budget("Daily budget").getByText("Passed 90%").waitFor();
    const alerts = page.getByRole("region", { name: "Alerts" });
    await alerts.getByText(/^90% of the daily budget of .+ reached: \$0\.026 of \$0\.0265 /).waitFor();
    await alerts.getByText(/^50% of the daily budget of .+ reached: \$0\.026 of \$0\.0265 /).waitFor();
    await checkLooks();
  });

  test("reads of when the figures are while they cannot be had anew", async () => {
    await page.getByRole("heading", { name: "Daily budget" }).waitFor();
    await menu().getByRole("link", { name: "Configuration" }).click();
    await testCall().getByRole("button", { name: "Make the call" }).click();
    await testCall().getByText("has no room for this call").waitFor();
    await page.route("**/api/trpc/**", (route) => route.abort());
    await menu().getByRole("link", { name: "Budgets" }).click();
    await page.getByText(/^These figures are of .+\. The server could not be reached\./).waitFor();
    await budget("Daily budget").getByText("Passed 90%").waitFor();
    await checkLooks();
    await page.unroute("**/api/trpc/**");
    await page.getByRole("button", { name: "Retry" }).click();
    await page.getByText("The server could not be reached.").waitFor({ state: "detached" });
  });

  test("sees what their organization shares, and nothing where it shares nothing", async () => {
    await page.getByRole("link", { name: "Organization", exact: true }).click();
    await page
      .getByText("The members of Acme Robotics have budgets of their own, and none together.")
      .waitFor();
    await post("policy.set", { organizationId, policy: { pool: { monthlyBudget: 50 } } });
    await page.reload();
    await page.getByRole("region", { name: "Shared by Acme Robotics" }).waitFor();
    await budget("Monthly budget").getByText("of $50.00 this month").waitFor();
    expect(await page.getByRole("meter").count()).toBe(1);
    await checkLooks();
    const name = `${"Donaudampfschifffahrt".repeat(4)} & Sons`;
    await post("organization.rename", { organizationId, name });
    await page.reload();
    await page.getByRole("region", { name: `Shared by ${name}` }).waitFor();
    await checkLooks();
  });

  test("reads that what is shared is used up, whoever may raise it", async () => {
    await post("policy.set", { organizationId, policy: { pool: { monthlyBudget: 0.01 } } });
    await page.reload();
    await budget("Monthly budget").getByText("Used up").waitFor();
    await page.getByText(/ has nothing left\. Raise the limit in the policy\.$/).waitFor();
    await checkLooks();
    await page.getByRole("link", { name: "You", exact: true }).click();
    await page.getByText(/^Calls are refused: the monthly budget shared by .+ has nothing left\.$/).waitFor();
    await post("policy.set", { organizationId, policy: { pool: { monthlyBudget: 50 } } });
  });
});

describe("somebody who has waited long enough", () => {
  test("stops a call that does not answer, and makes the next one", async () => {
    await setOwn({ costBudget: { dailyBudget: 100 } });
    await menu().getByRole("link", { name: "Configuration" }).click();
    anthropic.script({ connection: "hang" }, { text: "At last." });
    await testCall().getByRole("button", { name: "Make the call" }).click();
    await testCall().getByRole("button", { name: "Calling" }).waitFor();
    await vi.waitFor(() => expect(anthropic.pendingSteps()).toHaveLength(1));
    await checkLooks();
    await testCall().getByRole("button", { name: "Stop" }).click();
    await testCall()
      .getByText(/^Stopped\./)
      .waitFor();
    // And the server's call to Anthropic ends with it.
    await vi.waitFor(() => expect(anthropic.requests.at(-1)).toMatchObject({ aborted: true }));
    // 256 tokens at $10 for a million are the most that Claude may have answered.
    await vi.waitFor(async () => {
      const { body } = await dana.call("GET", "/api/trpc/budget.status?input=%7B%7D");
      expect(Number(body.result.data.budgets[0].spent)).toBeGreaterThan(0.026 + 0.00256);
    });
    await checkLooks();
    // The keyboard is where the next call is made.
    await page.keyboard.press("Enter");
    await testCall().getByText("At last.").waitFor();
  });
});

describe("somebody whom a limit stops", () => {
  test("is led to their rate limits by those, and reads the whole refusal on a phone", async () => {
    await setOwn({ rateLimiting: { requestsPerMinute: 1, burstAllowance: 0 } });
    await testCall().getByRole("button", { name: "Make the call" }).click();
    await testCall()
      .getByText(
        /^Your limit of requests per minute is reached: 1 of 1 taken, and 1 a minute comes back\. Try again in \d+ s\.$/,
      )
      .waitFor();
    const link = testCall().getByRole("link", { name: "Rate limits" });
    await page.setViewportSize({ width: 390, height: 900 });
    const words = testCall().getByText("Your limit of requests per minute is reached");
    const [above, below] = [await words.boundingBox(), await link.boundingBox()];
    expect((above?.y ?? 0) + (above?.height ?? 0)).toBeLessThanOrEqual(below?.y ?? 0);
    await checkLooks();
    await link.click();
    await expect.poll(() => new URL(page.url()).hash).toBe("#rateLimiting");
    await setOwn({ rateLimiting: { requestsPerMinute: 50, burstAllowance: 10 } });
  });

  test("reads of a timeout by the name that it has where it is set", async () => {
    await setOwn({ timeouts: { generationTimeout: 1_000 } });
    anthropic.script(failures.slowBody(10_000));
    await testCall().getByRole("button", { name: "Make the call" }).click();
    await testCall()
      .getByText(/^The call took longer than its “Generation timeout” of 1,000 ms\. Try again/)
      .waitFor();
    await testCall().getByRole("link", { name: "Timeouts" }).click();
    await expect.poll(() => new URL(page.url()).hash).toBe("#timeouts");
    await setOwn({ timeouts: null });
  });

  test.each([
    ["billing", /^Anthropic answers nothing on this account until its billing is in order\./],
    ["permission", /^The key may not do this at Anthropic\. Use another key/],
    ["notFound", /^Anthropic does not know the model, or not for this key\./],
  ] as const)("reads what Anthropic means by a refusal, and its own words: %s", async (kind, words) => {
    const step = failures[kind]();
    anthropic.script(step);
    await testCall().getByRole("button", { name: "Make the call" }).click();
    await testCall().getByText(words).getByText(`Anthropic says: ${step.failure?.message}`).waitFor();
  });

  test("is led to the shared budgets by those, and told whom to ask", async () => {
    const kim = new HttpPerson(product.url);
    const invited = await dana.call("POST", "/api/trpc/organization.invite", {
      organizationId,
      role: "member",
    });
    await kim.signUp("kim@example.com", "Kim Ito", new URL(invited.body.result.data.url));
    const owner = { type: "user" };
    await kim.call("POST", "/api/trpc/key.rotate", { owner, newKey: `sk-ant-api03-${"q".repeat(40)}` });
    await post("policy.set", { organizationId, policy: { pool: { monthlyBudget: 0 } } });
    await page.getByRole("button", { name: /Account/ }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByLabel("E-mail").fill("kim@example.com");
    await page.getByLabel("Password").fill("correct horse battery");
    await page.getByRole("button", { name: "Sign in" }).click();
    await testCall().getByRole("button", { name: "Make the call" }).click();
    await testCall()
      .getByText(/ Have the budget raised\.$/)
      .waitFor();
    await testCall().getByRole("link", { name: "Shared budgets" }).click();
    await page
      .getByText(
        /^Calls are refused: the monthly budget shared by .+ has nothing left\. Ask an owner or admin /,
      )
      .waitFor();
    expect(new URL(page.url()).search).toBe("?level=organization");
    await checkLooks();
  });

  test("is told so beside budgets of their own that have room", async () => {
    await page.getByRole("link", { name: "You", exact: true }).click();
    await budget("Daily budget").getByText("$100.00 left").waitFor();
    await page.getByText(/^Calls are refused: the monthly budget shared by .+ has nothing left\.$/).waitFor();
    await checkLooks();
    await page.getByRole("link", { name: "Shared budgets" }).click();
    await page.getByText(/ Ask an owner or admin to raise the limit\.$/).waitFor();
    expect(new URL(page.url()).search).toBe("?level=organization");
  });
});
