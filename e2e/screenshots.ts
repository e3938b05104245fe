// Makes the pictures of README and docs: `npm run screenshots`. Everything in them is invented.
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { startFakeAnthropic } from "@ai-config/runtime/testing";

import { HttpPerson } from "./support/http-person.ts";
import { launchBrowser } from "./support/launch-browser.ts";
import { startProduct } from "./support/start-product.ts";

const folder = fileURLToPath(new URL("../docs/images/", import.meta.url));
const pages = [
  ["configuration", "/configuration"],
  ["configuration-organization", "/configuration?level=organization"],
  ["budgets", "/budgets"],
  ["audit", "/audit"],
  ["keys", "/keys"],
  ["keys-organization", "/keys?level=organization"],
  ["policy", "/policy"],
  ["members", "/members"],
  ["account", "/account"],
] as const;

await mkdir(folder, { recursive: true });
await using anthropic = await startFakeAnthropic();
await using product = await startProduct({
  env: { ANTHROPIC_MAX_TOKENS: "2048", ANTHROPIC_API_BASE_URL: `${anthropic.url}/v1` },
});
await furnish(product.url);
const browser = await launchBrowser();
for (const scheme of ["light", "dark"] as const) {
  for (const width of [1440, 390]) {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: scheme,
      reducedMotion: "reduce",
    });
    const page = await context.newPage();
    await page.goto(`${product.url}/sign-in`);
    await page.getByLabel("E-mail").fill("dana@example.com");
    await page.getByLabel("Password").fill("correct horse battery");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { level: 1, name: "Configuration" }).waitFor();
    for (const [name, path] of pages) {
      await page.goto(`${product.url}${path}`);
      await page.getByRole("heading", { level: 1 }).waitFor();
      await page.waitForLoadState("networkidle");
      await page.screenshot({ path: `${folder}${name}-${scheme}${width === 390 ? "-phone" : ""}.png` });
    }
    await context.close();
  }
}
await browser.close();
console.log(`Pictures are in ${folder}`);

/** An account with an organization that has opinions of its own, so that the pictures show every level. */
async function furnish(url: string): Promise<void> {
  const dana = new HttpPerson(url);
  await dana.signUp("dana@example.com");
  const { body } = await dana.call("GET", "/api/trpc/me.get");
  const organizationId = body.result.data.organizations[0].id;
  await dana.call("POST", "/api/trpc/organization.rename", { organizationId, name: "Acme Robotics" });
  await dana.call("POST", "/api/trpc/configuration.update", {
    owner: { type: "organization", organizationId },
    configName: "default",
    updates: { rateLimiting: { requestsPerMinute: 600 }, costBudget: { dailyBudget: 50 } },
    reason: "Before the launch",
  });
  await dana.call("POST", "/api/trpc/policy.set", {
    organizationId,
    policy: {
      fields: { "model.maxTokens": { max: 8192 }, "retryStrategy.maxRetries": { lock: 4 } },
      pool: { dailyBudget: 250, monthlyBudget: 4000 },
    },
  });
  await dana.call("POST", "/api/trpc/token.create", {
    organizationId,
    name: "Checkout service",
    actions: ["effective:read", "usage:read"],
    days: 90,
  });
  await dana.call("POST", "/api/trpc/organization.invite", {
    organizationId,
    role: "member",
    email: "kim@example.com",
  });
  await dana.call("PATCH", "/api/ai-configuration", {
    configName: "default",
    updates: { model: { temperature: 0.3, streaming: true } },
  });
  await spend(dana, organizationId);
}

/** Calls that have cost something, so that meters have something to show. */
async function spend(dana: HttpPerson, organizationId: string): Promise<void> {
  await dana.call("POST", "/api/trpc/key.rotate", {
    owner: { type: "organization", organizationId },
    newKey: `sk-ant-api03-${"k".repeat(40)}`,
  });
  for (const inputTokens of [1_500_000, 2_300_000, 1_700_000]) {
    anthropic.script({ text: "Hello, Dana. How can I help?", usage: { inputTokens, outputTokens: 180 } });
    await dana.call("POST", "/api/trpc/claude.test", { prompt: "Say hello.", organizationId });
  }
}
