import { expect, test } from "vitest";

import { promptSize } from "./prompt-size.ts";

const user = (content: unknown) => ({ messages: [{ role: "user", content }] });
const grows = (content: unknown) => promptSize(user(content)).tokensMax - promptSize(user("")).tokensMax;

test("no text has more tokens than bytes, and likely has a quarter", () => {
  expect(grows("Hello")).toBe(5);
  expect(grows("Grüße 🎉")).toBe(12);
  const long = promptSize(user("x".repeat(40_000)));
  expect(long.tokensMax).toBeGreaterThan(40_000);
  expect(long.tokensLikely).toBeGreaterThanOrEqual(10_000);
  expect(long.tokensLikely).toBeLessThan(10_100);
});

test("system, tools and the wanted format are part of it", () => {
  const plain = promptSize(user("Hello")).tokensMax;
  const tool = { name: "look", description: "Looks.", input_schema: { type: "object" } };
  expect(promptSize({ ...user("Hello"), system: "Be kind." }).tokensMax).toBe(plain + 8);
  expect(promptSize({ ...user("Hello"), tools: [tool] }).tokensMax).toBeGreaterThan(plain + 1_000);
  const output_config = { format: { type: "json_schema", schema: {} } };
  expect(promptSize({ ...user("Hello"), output_config }).tokensMax).toBeGreaterThan(plain);
});

test("pictures count by their greatest size, whatever they weigh; documents by their pages", () => {
  const image = (source: object) => [{ type: "image", source }];
  const data = "x".repeat(1_000_000);
  expect(grows(image({ type: "base64", media_type: "image/png", data }))).toBeLessThan(6_000);
  expect(grows(image({ type: "url", url: "https://example.com/a.png" }))).toBeLessThan(6_000);
  const pdf = [{ type: "document", source: { type: "base64", data: "x".repeat(10_000) } }];
  expect(grows(pdf)).toBeGreaterThan(10 * 3_000);
  const text = [{ type: "document", source: { type: "text", data: "x".repeat(10_000) } }];
  expect(grows(text)).toBeLessThan(11_000);
});

test("what is elsewhere, or brought in by Anthropic's tools, has no bound but the context window", () => {
  const file = [{ type: "document", source: { type: "file", file_id: "file_1" } }];
  expect(promptSize(user(file)).tokensMax).toBe(Number.POSITIVE_INFINITY);
  expect(Number.isFinite(promptSize(user(file)).tokensLikely)).toBe(true);
  const tools = [{ type: "web_search_20250305", name: "web_search", max_uses: 2 }];
  expect(promptSize({ ...user("Hello"), tools }).tokensMax).toBe(Number.POSITIVE_INFINITY);
});

test("only a prompt without tools and caches is plain", () => {
  expect(promptSize(user("Hello")).isPlain).toBe(true);
  const cached = [{ type: "text", text: "Hello", cache_control: { type: "ephemeral" } }];
  expect(promptSize(user(cached)).isPlain).toBe(false);
  expect(promptSize({ ...user("Hello"), cache_control: { type: "ephemeral" } }).isPlain).toBe(false);
  expect(promptSize({ ...user("Hello"), tools: [] }).isPlain).toBe(false);
});

test("what is said beside a picture or a document counts as text", () => {
  const source = { type: "base64", media_type: "application/pdf", data: "x".repeat(1_000) };
  const document = (more: object) => [{ type: "document", source, ...more }];
  const said = { title: "x".repeat(1_000), context: "x".repeat(20_000) };
  expect(grows(document(said)) - grows(document({}))).toBeGreaterThanOrEqual(21_000);
});

test("a cached picture or document is no plain prompt", () => {
  const cache_control = { type: "ephemeral" };
  for (const type of ["image", "document"]) {
    const source = { type: "base64", data: "x" };
    expect(promptSize(user([{ type, source }])).isPlain).toBe(true);
    expect(promptSize(user([{ type, source, cache_control }])).isPlain).toBe(false);
  }
});

test("what tools are called with and described by counts as it is written, whatever it looks like", () => {
  const likeImage = { type: "image", source: { type: "base64", data: "x".repeat(100_000) } };
  const call = (input: unknown) => [{ type: "tool_use", id: "toolu_1", name: "draw", input }];
  expect(grows(call({ a: [likeImage] }))).toBeGreaterThan(100_000);
  expect(grows(call([..."a".repeat(1_000)])) - grows(call([]))).toBeGreaterThanOrEqual(3_999);
  const tool = { name: "draw", input_schema: { type: "object", default: [likeImage] } };
  expect(promptSize({ ...user("Hello"), tools: [tool] }).tokensMax).toBeGreaterThan(100_000);
  const result = [{ type: "tool_result", tool_use_id: "toolu_1", content: [likeImage] }];
  expect(grows(result)).toBeLessThan(6_000);
});

test("names count by their bytes", () => {
  const input_schema = { type: "object", properties: { ["名".repeat(1_000)]: {} } };
  const tools = [{ name: "look", input_schema }];
  expect(promptSize({ ...user("Hello"), tools }).tokensMax).toBeGreaterThan(1_000 + 3_000);
});
