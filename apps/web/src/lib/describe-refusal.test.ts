import { describe, expect, test } from "vitest";
import { describeRefusal } from "./describe-refusal.ts";

const problem = { code: "CONFIGURATION_INVALID", message: "Correct the listed problems.", requestId: "r-1" };

describe("why something was refused", () => {
  test.each(["newKey", "newPrimaryKey"])("is what the server says about %s", (path) => {
    const issues = [{ path, code: "malformed" as const, message: "Must be a key without spaces." }];
    expect(describeRefusal({ ...problem, issues })).toBe("Must be a key without spaces.");
  });

  test("names every problem", () => {
    const issues = [
      { path: "newKey", code: "malformed" as const, message: "Must start with sk-ant-." },
      { path: "newKey", code: "malformed" as const, message: "Must be 1,000 characters or less." },
    ];
    expect(describeRefusal({ ...problem, issues })).toBe(
      "Must start with sk-ant-. Must be 1,000 characters or less.",
    );
  });

  test("is the refusal itself where nothing is listed, with the request to quote", () => {
    expect(describeRefusal({ ...problem, message: "Anthropic refuses this key.", issues: [] })).toBe(
      "Anthropic refuses this key. (request r-1)",
    );
    expect(describeRefusal({ code: "NOT_REACHED", message: "Not reached.", issues: [] })).toBe(
      "Not reached.",
    );
  });

  test.each(["LIMIT_REACHED", "KEY_MISSING"])("names no request where %s says all there is", (code) => {
    expect(describeRefusal({ ...problem, code, message: "No room.", issues: [] })).toBe("No room.");
  });
});
