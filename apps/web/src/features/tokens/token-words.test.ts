import { TOKEN_ACTIONS, type TokenAction } from "@ai-config/config-core";
import { expect, test } from "vitest";
import { actionWords, lifeWords } from "./token-words.ts";

test("a token says what it may do", () => {
  expect(actionWords({ actions: ["effective:read", "keys:write"] })).toBe(
    "Read effective configurations · Rotate API keys",
  );
  expect(actionWords({ actions: Object.keys(TOKEN_ACTIONS) as TokenAction[] })).toBe(
    "May do everything a token can",
  );
});

test("a token says when it ends, and whether anybody uses it", () => {
  const now = new Date("2026-11-23T12:00:00Z");
  const token = { expiresAt: "2026-12-23T12:00:00Z", isExpired: false, lastUsedAt: null };
  expect(lifeWords(token, now)).toMatch(/^Ends .*2026 · never used$/);
  expect(lifeWords({ ...token, isExpired: true, lastUsedAt: "2026-11-23T11:00:00Z" }, now)).toMatch(
    /^Ended .* · last used 1 hour ago$/,
  );
});
