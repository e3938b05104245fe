import { randomBytes } from "node:crypto";
import { closeSync, existsSync, openSync } from "node:fs";

import { createTestDatabase } from "@ai-config/db/testing";
import { expect, test } from "vitest";

import { HttpPerson } from "./support/http-person.ts";
import { launchProduct, type Product, startProduct } from "./support/start-product.ts";

const secret = () => randomBytes(32).toString("base64url");
const settings = {
  AI_CONFIG_ENCRYPTION_KEYS: secret(),
  AI_CONFIG_AUTH_SECRET: secret(),
  AI_CONFIG_SIGN_UP: "open",
  LOG_LEVEL: "trace",
};
/** Takes nothing and says that the disk is full. Linux has it. */
const FULL_DISK = "/dev/full";

const statusOf = (product: Product) =>
  fetch(`${product.url}/readyz`).then(
    ({ status }) => status,
    () => 0,
  );

/** What a person does, and what makes the server write errors too. */
async function use(product: Product): Promise<void> {
  const dana = new HttpPerson(product.url);
  expect((await dana.signUp("dana@example.com")).status).toBe(200);
  for (let topK = 1; topK <= 20; topK += 1) {
    const change = { configName: "default", updates: { model: { topK } } };
    expect((await dana.call("PATCH", "/api/ai-configuration", change)).status).toBe(200);
  }
  expect((await dana.call("GET", "/api/nothing")).status).toBe(404);
  expect((await dana.call("GET", "/api/ai-configuration")).body.userConfigurations).toMatchObject([
    { configuration: { model: { topK: 20 } } },
  ]);
  expect(await statusOf(product)).toBe(200);
}

test.each([FULL_DISK].filter((path) => existsSync(path)))(
  "a disk that is full of logs takes nothing away but the log, from the start on (%s)",
  async (path) => {
    await using database = await createTestDatabase();
    const printsTo = openSync(path, "w");
    try {
      await using product = await launchProduct({
        env: { ...settings, DATABASE_URL: database.appUrl },
        printsTo,
      });
      await expect.poll(() => statusOf(product), { timeout: 30_000 }).toBe(200);
      await use(product);
      expect(await product.stop("SIGTERM")).toBe(0);
    } finally {
      closeSync(printsTo);
    }
  },
);

test("a reader of the log that goes away takes nobody along", async () => {
  await using database = await createTestDatabase();
  await using product = await startProduct({ env: { ...settings, DATABASE_URL: database.appUrl } });
  product.hangUp();
  await use(product);
  expect(await product.stop("SIGTERM")).toBe(0);
});
