import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createTestDatabase } from "@ai-config/db/testing";
import { expect, test } from "vitest";

import { runScript } from "./support/run-script.ts";

const secret = () => randomBytes(32).toString("base64url");
const settings = { AI_CONFIG_ENCRYPTION_KEYS: secret(), AI_CONFIG_AUTH_SECRET: secret() };

test.each(["apps/api/src/main.ts", "apps/api/src/rewrap-main.ts"])(
  "%s ends with 78 and names everything that is wrong, without a value",
  async (script) => {
    const hidden = "Xq7hidden";
    const malformed = {
      PORT: `${hidden}1`,
      HOST: `${hidden} 2`,
      DATABASE_URL: `mysql://app:${hidden}@db.example.com`,
      AI_CONFIG_ENCRYPTION_KEYS: `${hidden}3`,
      AI_CONFIG_AUTH_SECRET: hidden,
      AI_CONFIG_TRUSTED_PROXIES: hidden,
      LOG_LEVEL: hidden,
      NODE_ENV: hidden,
    };
    const { code, output } = await runScript(script, malformed);
    expect([code, output]).toEqual([78, expect.any(String)]);
    expect((output.match(/^[A-Z_]+(?=: )/gm) ?? []).sort()).toEqual(Object.keys(malformed).sort());
    expect(output).not.toContain(hidden);
  },
);

test("an address that this machine does not have is told as a setting", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ai-config-host-"));
  await using database = await createTestDatabase();
  for (const HOST of ["192.0.2.1", "no-such-host.invalid"]) {
    const { code, output } = await runScript("apps/api/src/main.ts", {
      ...settings,
      HOST,
      DATABASE_URL: database.appUrl,
      AI_CONFIG_DATA_DIR: folder,
    });
    expect([code, output]).toEqual([78, expect.stringContaining("HOST: This machine has no such address.")]);
  }
  await rm(folder, { recursive: true });
});
