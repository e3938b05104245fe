import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { HttpPerson } from "./support/http-person.ts";
import { type Product, startProduct } from "./support/start-product.ts";

const goodKey = `sk-ant-api03-${"g".repeat(40)}GooD`;
const refusedKey = `sk-ant-api03-${"b".repeat(40)}BaaD`;

let anthropic: Server;
let product: Product;
let dana: HttpPerson;
let kim: HttpPerson;

beforeAll(async () => {
  anthropic = createServer((request, response) => {
    const offered = request.headers["x-api-key"] ?? request.headers.authorization?.replace("Bearer ", "");
    response.writeHead(offered === refusedKey ? 401 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify({ data: [] }));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => anthropic.once("listening", resolve));
  const { port } = anthropic.address() as AddressInfo;
  product = await startProduct({
    env: { ANTHROPIC_API_BASE_URL: `http://127.0.0.1:${port}/v1`, ANTHROPIC_MAX_TOKENS: "2048" },
  });
  dana = new HttpPerson(product.url);
  kim = new HttpPerson(product.url);
  await dana.signUp("dana@example.com");
  await kim.signUp("kim@example.com", "Kim Osei");
});

afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
  anthropic?.close();
});

describe("the checklist of a configuration, over HTTP with a real session", () => {
  test("nobody gets in without a session", async () => {
    const stranger = new HttpPerson(product.url);
    for (const [method, path, body] of [
      ["GET", "/api/ai-configuration"],
      ["PATCH", "/api/ai-configuration", { configName: "default", updates: {} }],
      ["DELETE", "/api/ai-configuration", { configName: "default" }],
      ["POST", "/api/ai-configuration/rotate-key", { newPrimaryKey: goodKey }],
    ] as const) {
      expect((await stranger.call(method, path, body)).status, `${method} ${path}`).toBe(401);
    }
  });

  test("create: a patch of the temperature succeeds", async () => {
    const answer = await dana.call("PATCH", "/api/ai-configuration", {
      configName: "default",
      updates: { model: { temperature: 0.9 } },
    });
    expect(answer).toMatchObject({ status: 200, body: { success: true } });
    expect(answer.body).toEqual({ success: true });
  });

  test("get: the value is there, with the user as its source and what it hides", async () => {
    const { body } = await dana.call("GET", "/api/ai-configuration");
    expect(body.effective.model.temperature).toBe(0.9);
    expect(body.sources["model.temperature"]).toMatchObject({ source: "user", value: 0.9 });
    expect(body.sources["model.temperature"].hidden).toMatchObject([{ source: "defaults", value: 0.7 }]);
    expect(body.userConfigurations).toMatchObject([
      { configName: "default", configuration: { model: { temperature: 0.9 } }, version: 1 },
    ]);
  });

  test("invalid: a temperature of 1.5 is refused by name and changes nothing", async () => {
    const answer = await dana.call("PATCH", "/api/ai-configuration", {
      configName: "default",
      updates: { model: { temperature: 1.5 } },
    });
    expect(answer.status).toBe(400);
    expect(answer.body.success).toBe(false);
    expect(answer.body.errors).toMatchObject([{ path: "model.temperature", code: "out_of_range" }]);
    const { body } = await dana.call("GET", "/api/ai-configuration");
    expect(body.effective.model.temperature).toBe(0.9);
    expect(body.userConfigurations[0].version).toBe(1);
  });

  test("another account sees none of it", async () => {
    const { body } = await kim.call("GET", "/api/ai-configuration");
    expect(body.effective.model.temperature).toBe(0.7);
    expect(body.userConfigurations).toEqual([]);
    expect(JSON.stringify(body)).not.toContain('"temperature":0.9');
    const deleted = await kim.call("DELETE", "/api/ai-configuration", { configName: "default" });
    expect(deleted.status).toBe(404);
    expect((await dana.call("GET", "/api/ai-configuration")).body.effective.model.temperature).toBe(0.9);
  });

  test("delete: back to the default", async () => {
    expect(await dana.call("DELETE", "/api/ai-configuration", { configName: "default" })).toMatchObject({
      status: 200,
      body: { success: true },
    });
    const { body } = await dana.call("GET", "/api/ai-configuration");
    expect(body.effective.model.temperature).toBe(0.7);
    expect(body.sources["model.temperature"]).toMatchObject({ source: "defaults" });
    expect(body.userConfigurations).toEqual([]);
  });

  test("rotate key: tried with Anthropic, stored, and shown masked only", async () => {
    const rotated = await dana.call("POST", "/api/ai-configuration/rotate-key", { newPrimaryKey: goodKey });
    expect(rotated).toMatchObject({ status: 200, body: { success: true } });
    const { body } = await dana.call("GET", "/api/ai-configuration");
    expect(body.effective.apiKeys.primaryKey).toBe("sk-ant-…GooD");
    expect(JSON.stringify(body) + product.output()).not.toContain(goodKey);
    expect((await kim.call("GET", "/api/ai-configuration")).body.effective.apiKeys.primaryKey).toBe("");
  });

  test("rotate key: one that Anthropic refuses changes nothing", async () => {
    const refused = await dana.call("POST", "/api/ai-configuration/rotate-key", {
      newPrimaryKey: refusedKey,
    });
    expect(refused.status).toBe(400);
    expect(JSON.stringify(refused.body) + product.output()).not.toContain(refusedKey);
    const { body } = await dana.call("GET", "/api/ai-configuration");
    expect(body.effective.apiKeys).toMatchObject({ primaryKey: "sk-ant-…GooD", keyVersion: 1 });
  });
});

describe("where a value comes from", () => {
  const sourceOf = async (path: string) =>
    (await dana.call("GET", "/api/ai-configuration")).body.sources[path] as {
      source: string;
      value: unknown;
    };

  test("the environment wins over the defaults", async () => {
    expect(await sourceOf("model.maxTokens")).toMatchObject({ source: "environment", value: 2048 });
  });

  test("the organization wins over the environment, and the user over the organization", async () => {
    const me = await dana.call("GET", `/api/trpc/me.get`);
    const organizationId = me.body.result.data.organizations[0].id;
    const update = (owner: object, maxTokens: number) =>
      dana.call("POST", "/api/trpc/configuration.update", {
        owner,
        configName: "default",
        updates: { model: { maxTokens } },
      });

    expect((await update({ type: "organization", organizationId }, 1024)).status).toBe(200);
    expect(await sourceOf("model.maxTokens")).toMatchObject({ source: "organization", value: 1024 });
    expect((await update({ type: "user" }, 512)).status).toBe(200);
    const explained = await dana.call("GET", "/api/ai-configuration");
    expect(explained.body.sources["model.maxTokens"]).toMatchObject({
      source: "user",
      value: 512,
      hidden: [
        { source: "organization", value: 1024 },
        { source: "environment", value: 2048 },
        { source: "defaults", value: 4096 },
      ],
    });
  });
});
