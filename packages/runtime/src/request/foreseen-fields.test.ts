import { expect, test } from "vitest";

import { isForeseen } from "./foreseen-fields.ts";

test.each<[string, unknown, boolean]>([
  ["messages", [], true],
  ["mcp_servers", [], true],
  ["mcp_servers", null, true],
  ["mcp_servers", [{}], false],
  ["of_tomorrow", {}, false],
  ["context_management", { edits: [{ type: "clear_tool_uses_20250919" }] }, true],
  ["context_management", { edits: [{ type: "compact_20260112" }] }, false],
])("%s of %j is foreseen: %s", (name, value, expected) => {
  expect(isForeseen(name, { [name]: value })).toBe(expected);
});
