import { expect, test } from "vitest";

import { makePdf } from "../../testing/make-pdf.ts";
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

test("pictures count by their greatest size, whatever they weigh; texts by their bytes", () => {
  const image = (source: object) => [{ type: "image", source }];
  const data = "x".repeat(1_000_000);
  expect(grows(image({ type: "base64", media_type: "image/png", data }))).toBeLessThan(6_000);
  expect(grows(image({ type: "url", url: "https://example.com/a.png" }))).toBeLessThan(6_000);
  const text = [{ type: "document", source: { type: "text", data: "x".repeat(10_000) } }];
  expect(grows(text)).toBeLessThan(11_000);
});

test("a PDF of a few bytes may have more pages than any context window holds", () => {
  for (const pages of [100, 600]) {
    const data = makePdf(pages).toString("base64");
    // So few that no measure by bytes would do.
    expect(data.length / pages).toBeLessThan(100);
    const source = { type: "base64", media_type: "application/pdf", data };
    const size = promptSize(user([{ type: "document", source }]));
    expect(size.tokensMax).toBe(Number.POSITIVE_INFINITY);
    expect(size.tokensLikely).toBeLessThan(data.length);
  }
});

test("what is elsewhere, or brought in by Anthropic's tools, has no bound but the context window", () => {
  const file = [{ type: "document", source: { type: "file", file_id: "file_1" } }];
  expect(promptSize(user(file)).tokensMax).toBe(Number.POSITIVE_INFINITY);
  expect(Number.isFinite(promptSize(user(file)).tokensLikely)).toBe(true);
  const tools = [{ type: "web_search_20250305", name: "web_search", max_uses: 2 }];
  const searching = promptSize({ ...user("Hello"), tools });
  expect(searching.tokensMax).toBe(Number.POSITIVE_INFINITY);
  expect(searching.tokensLikely).toBeLessThan(2_000);
});

test("Anthropic's definitions of tools that clients run count beside what the request says of them", () => {
  const withTool = (type: string) => promptSize({ ...user("Hello"), tools: [{ type, name: "x" }] }).tokensMax;
  const custom = withTool("custom");
  for (const [type, documented] of [
    ["bash_20250124", 325],
    ["text_editor_20250728", 700],
    ["computer_20251124", 735 + 499],
    ["computer_toolset_20260801", 4_590],
    ["browser_toolset_20260801", 6_670 + 880],
    ["memory_20250818", 325],
  ] as const) {
    expect(withTool(type) - custom, type).toBeGreaterThan(documented);
  }
});

test("a definition is read again for each search of tools, and each reference to it", () => {
  const tool = { name: "look", description: "x".repeat(10_000), input_schema: { type: "object" } };
  const search = { type: "tool_search_tool_regex_20251119", name: "tool_search_tool_regex" };
  const found = [{ type: "tool_reference", tool_name: "look" }];
  const plain = promptSize({ ...user("Hello"), tools: [tool] }).tokensMax;
  expect(promptSize({ ...user("Hello"), tools: [tool, search] }).tokensMax).toBeGreaterThan(plain + 90_000);
  expect(promptSize({ ...user([...found, ...found]), tools: [tool] }).tokensMax).toBeGreaterThan(
    plain + 10_000,
  );
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
  const said = { title: "x".repeat(1_000), context: "x".repeat(20_000) };
  const image = (more: object) => grows([{ type: "image", source, ...more }]);
  expect(image(said) - image({})).toBeGreaterThanOrEqual(21_000);
  const likely = (more: object) => promptSize(user([{ type: "document", source, ...more }])).tokensLikely;
  expect(likely(said) - likely({})).toBeGreaterThanOrEqual(21_000 / 4);
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
