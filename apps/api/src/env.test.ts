import { describe, expect, test } from "vitest";

import { EnvError, readEnv } from "./env.ts";

/** Secrets are given, so that reading makes no files. */
const secrets = {
  AI_CONFIG_ENCRYPTION_KEYS: "VGhpcyBpcyBhIGtleSBvZiAzMiBieXRlcywgdGVzdC4",
  AI_CONFIG_AUTH_SECRET: "a secret of more than thirty-two characters",
};

describe("AI_CONFIG_TRUSTED_PROXIES", () => {
  test.each([
    [undefined, 0],
    [" ", 0],
    ["0", 0],
    [" 2 ", 2],
    ["10", 10],
  ])("%j is %i", (text, count) => {
    expect(readEnv({ ...secrets, AI_CONFIG_TRUSTED_PROXIES: text }).trustedProxies).toBe(count);
  });

  test.each(["11", "-1", "1.5", "all", "Infinity"])("%j is refused by its name", (text) => {
    expect(() => readEnv({ ...secrets, AI_CONFIG_TRUSTED_PROXIES: text })).toThrow(
      new EnvError("AI_CONFIG_TRUSTED_PROXIES: Must be a whole number from 0 to 10."),
    );
  });
});
