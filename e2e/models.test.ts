import { randomBytes } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createTestDatabase } from "@ai-config/db/testing";
import { startFakeAnthropic } from "@ai-config/runtime/testing";
import { afterAll, beforeAll, expect, test } from "vitest";

import { HttpPerson } from "./support/http-person.ts";
import { launchProduct, startProduct } from "./support/start-product.ts";

const secret = () => randomBytes(32).toString("base64url");
const secrets = {
  AI_CONFIG_ENCRYPTION_KEYS: secret(),
  AI_CONFIG_AUTH_SECRET: secret(),
  AI_CONFIG_SIGN_UP: "open",
};

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "ai-config-models-"));
  file = join(folder, "models.json");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the models are called for a person who signs up at a product with these settings. */
async function namesAt(env: Record<string, string>): Promise<{ names: Map<string, string>; output: string }> {
  await using database = await createTestDatabase();
  await using product = await startProduct({
    dataDirectory: folder,
    env: { ...secrets, DATABASE_URL: database.appUrl, ...env },
  });
  const dana = new HttpPerson(product.url);
  await dana.signUp("dana@example.com");
  const { body } = await dana.call("GET", "/api/trpc/model.list");
  const models: { id: string; displayName: string }[] = body.result.data;
  return { names: new Map(models.map(({ id, displayName }) => [id, displayName])), output: product.output() };
}

test("AI_CONFIG_CATALOGUE corrects the models that people see", async () => {
  await writeFile(file, JSON.stringify({ models: [{ id: "claude-opus-5-5", displayName: "Our Opus" }] }));
  const { names } = await namesAt({ AI_CONFIG_CATALOGUE: file });
  expect(names.get("claude-opus-5-5")).toBe("Our Opus");
  expect(names.get("claude-sonnet-5-5")).toBe("Claude Sonnet 5.5");
});

test.each([
  ["{", "the file is not JSON."],
  ['{"models":[{"id":"claude-opus-5-5","outputLimit":-1}]}', "models.0.outputLimit: Must be 1 or more."],
])("a catalogue of %s is refused with its path and the reason", async (text, reason) => {
  await writeFile(file, text);
  await using product = await launchProduct({ dataDirectory: folder, env: { AI_CONFIG_CATALOGUE: file } });
  expect([await product.ended, product.output()]).toEqual([
    78,
    expect.stringContaining(`AI_CONFIG_CATALOGUE: ${file}: ${reason}`),
  ]);
});

test("AI_CONFIG_REFRESH_MODELS shows people what Anthropic says at the start", async () => {
  await using anthropic = await startFakeAnthropic();
  await writeFile(file, JSON.stringify({ models: [{ id: "claude-opus-5-5", displayName: "Our Opus" }] }));
  const env = {
    AI_CONFIG_CATALOGUE: file,
    ANTHROPIC_API_KEY: "sk-ant-api03-canary-of-this-test",
    ANTHROPIC_API_BASE_URL: `${anthropic.url}/v1`,
  };
  const { names, output } = await namesAt({ ...env, AI_CONFIG_REFRESH_MODELS: "true" });
  expect(names.get("claude-opus-5-5")).toBe("Claude Opus 5.5");
  expect(output).toMatch(/Anthropic lists \d+ models/);
  expect(output).not.toContain(env.ANTHROPIC_API_KEY);
});

test("AI_CONFIG_REFRESH_MODELS is a yes or a no", async () => {
  await using product = await launchProduct({
    dataDirectory: folder,
    env: { AI_CONFIG_REFRESH_MODELS: "often" },
  });
  expect([await product.ended, product.output()]).toEqual([
    78,
    expect.stringContaining("AI_CONFIG_REFRESH_MODELS: "),
  ]);
});
