import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { accessibilityViolations } from "./support/check-page.ts";
import { HttpPerson } from "./support/http-person.ts";
import { launchBrowser } from "./support/launch-browser.ts";
import { type Product, startProduct } from "./support/start-product.ts";

/** Takes every key, so that none of these tests depends on the provider. */
const anthropic = createServer((_, response) => {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ data: [] }));
});

let product: Product;
let browser: Browser;
let page: Page;
let dana: HttpPerson;
let organizationId: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => anthropic.listen(0, "127.0.0.1", resolve));
  const { port } = anthropic.address() as AddressInfo;
  [product, browser] = await Promise.all([
    startProduct({ env: { ANTHROPIC_API_BASE_URL: `http://127.0.0.1:${port}/v1` } }),
    launchBrowser(),
  ]);
  dana = new HttpPerson(product.url);
  await dana.signUp("dana@example.com");
  organizationId = (await dana.call("GET", "/api/trpc/me.get")).body.result.data.organizations[0].id;
  await dana.call("POST", "/api/trpc/organization.rename", { organizationId, name: "Acme Robotics" });
  await change({ model: { temperature: 0.9 } }, "Before the launch");
  await change({ model: { temperature: 0.3, topK: 40 } });

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
  anthropic.close();
});

async function change(updates: unknown, reason?: string) {
  const body = { owner: { type: "user" }, configName: "default", updates, reason };
  expect((await dana.call("POST", "/api/trpc/configuration.update", body)).status).toBe(200);
}

async function setPolicy(policy: unknown) {
  const { status } = await dana.call("POST", "/api/trpc/policy.set", { organizationId, policy });
  expect(status).toBe(200);
}

async function ownTemperature(): Promise<unknown> {
  const { body } = await dana.call("GET", "/api/ai-configuration");
  return JSON.stringify(body).match(/"temperature":([\d.]+)/)?.[1];
}

const entry = (text: string) => page.getByRole("listitem").filter({ hasText: text });

describe("somebody who goes back to an earlier state", () => {
  test("sees what would change back before anything does", async () => {
    await page.getByRole("link", { name: "Audit log" }).click();
    await entry("Before the launch").getByRole("button", { name: "Restore this state" }).click();
    const dialog = page.getByRole("dialog", { name: "Restore this state?" });
    await dialog.waitFor();
    const text = (await dialog.textContent()) ?? "";
    expect(text).toContain("Temperature0.3to0.9");
    expect(text).toContain("Top-k40tonot set");
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  test("is told in words, beside the change, what is not allowed any more", async () => {
    await setPolicy({ fields: { "model.temperature": { max: 0.5, onBreach: "refuse" } } });
    const dialog = page.getByRole("dialog", { name: "Restore this state?" });
    await dialog.getByRole("button", { name: "Restore", exact: true }).click();
    await dialog.getByText("Nothing was restored, since not all of it is allowed today.").waitFor();
    await dialog.getByText("Must be 0.5 or less: the limit of Acme Robotics.").waitFor();
    expect(await ownTemperature()).toBe("0.3");
    await setPolicy({});
  });

  test("looks once more where somebody else was quicker", async () => {
    await change({ model: { temperature: 0.4 } });
    const dialog = page.getByRole("dialog", { name: "Restore this state?" });
    await dialog.getByRole("button", { name: "Restore", exact: true }).click();
    await dialog.getByText("Somebody changed the configuration in the meantime.").waitFor();
    await expect.poll(() => dialog.textContent()).toContain("Temperature0.4to0.9");
  });

  test("restores it with a reason, as a new change", async () => {
    const dialog = page.getByRole("dialog", { name: "Restore this state?" });
    await dialog.getByLabel("Reason (optional)").fill("It was better then");
    await dialog.getByRole("button", { name: "Restore", exact: true }).click();
    await page.getByText("State restored").first().waitFor();
    await entry("It was better then").waitFor();
    expect(await ownTemperature()).toBe("0.9");
    await entry("It was better then").getByText("Details").click();
    await entry("It was better then").getByText("This interface").waitFor();
  });

  test("verifies that the log is whole, and takes it away as a file", async () => {
    await page.getByRole("button", { name: "Verify" }).click();
    await page.getByText("All 4 entries are whole: nobody altered, removed or reordered one.").waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Export" }).click(),
    ]);
    const lines = (await readFile(await download.path(), "utf8")).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).seq)).toEqual([1, 2, 3, 4]);
  });
});

describe("somebody whose key has leaked", () => {
  test("stores a key and rotates it, with the former one for a week", async () => {
    await page.getByRole("link", { name: "API keys" }).click();
    await page.getByRole("button", { name: "Add key" }).click();
    await page.getByLabel("New key").fill(`sk-ant-api03-${"a".repeat(40)}`);
    await page.getByRole("dialog").getByRole("button", { name: "Add key" }).click();
    await page.getByRole("button", { name: "Done" }).click();
    await page.getByRole("button", { name: "Rotate key" }).click();
    const dialog = page.getByRole("dialog", { name: "Rotate key" });
    await dialog.getByLabel("New key").fill(`sk-ant-api03-${"b".repeat(40)}`);
    await dialog.getByRole("combobox", { name: "The former key stays usable" }).click();
    await page.getByRole("option", { name: "7 days" }).click();
    await dialog.getByRole("button", { name: "Rotate key" }).click();
    await page.getByRole("button", { name: "Done" }).click();
    const { body } = await dana.call(
      "GET",
      `/api/trpc/key.list?input=${encodeURIComponent(JSON.stringify({ owner: { type: "user" } }))}`,
    );
    const secondary = body.result.data.find(({ slot }: { slot: string }) => slot === "secondary");
    const days = (Date.parse(secondary.expiresAt) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(7);
  });

  test("reads when the schedule wants the key replaced, and that the day has passed", async () => {
    await change({ apiKeys: { rotationSchedule: "monthly" } });
    const later = await page.context().newPage();
    await later.goto(`${product.url}/keys`);
    await later.getByText(/^Rotation due /).waitFor();
    await later.clock.setFixedTime(Date.now() + 60 * 86_400_000);
    await later.reload();
    await later.getByText(/^Rotation was due /).waitFor();
    expect(await accessibilityViolations(later)).toEqual([]);
    await later.close();
  });

  test("is told what goes along before the primary key ends", async () => {
    await entry("Primary").getByRole("button", { name: "Revoke now" }).click();
    const dialog = page.getByRole("dialog", { name: "Revoke the primary key?" });
    await dialog.getByText("and so does the secondary key sk-ant-…aaaa").waitFor();
    await dialog.getByRole("link", { name: "delete it in Anthropic's Console" }).waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  test("revokes it, and no key is left", async () => {
    const dialog = page.getByRole("dialog", { name: "Revoke the primary key?" });
    await dialog.getByLabel("Reason (optional)").fill("Seen in a public repository");
    await dialog.getByRole("button", { name: "Revoke now" }).click();
    await page.getByText("No key stored").waitFor();
    await page.getByRole("link", { name: "Audit log" }).click();
    await expect.poll(() => entry("Seen in a public repository").count()).toBe(2);
    await entry("deleted your primary API key").waitFor();
  });
});
