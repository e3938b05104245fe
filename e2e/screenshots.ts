// Makes the pictures of README and docs: `npm run screenshots`. Everything in them is invented.
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { HttpPerson } from "./support/http-person.ts";
import { launchBrowser } from "./support/launch-browser.ts";
import { startProduct } from "./support/start-product.ts";

const folder = fileURLToPath(new URL("../docs/images/", import.meta.url));
const pages = [
  ["configuration", "/configuration"],
  ["configuration-organization", "/configuration?level=organization"],
  ["audit", "/audit"],
  ["keys", "/keys"],
  ["keys-organization", "/keys?level=organization"],
  ["policy", "/policy"],
  ["members", "/members"],
  ["account", "/account"],
] as const;

await mkdir(folder, { recursive: true });
await using product = await startProduct({ env: { ANTHROPIC_MAX_TOKENS: "2048" } });
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
      fields: { "model.maxTokens": { max: 8192 }, "model.inferenceGeo": { lock: "us" } },
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
}
