import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createTestDatabase } from "@ai-config/db/testing";
import { expect, test } from "vitest";

import { HttpPerson } from "./support/http-person.ts";
import { startProduct } from "./support/start-product.ts";

const secret = () => randomBytes(32).toString("base64url");
const CONFIGURATIONS = 8;

test("a process that is killed amid writes leaves every acknowledged one, each whole and with its audit", async () => {
  const dataDirectory = await mkdtemp(join(tmpdir(), "ai-config-killed-"));
  await using database = await createTestDatabase();
  const env = {
    DATABASE_URL: database.appUrl,
    AI_CONFIG_ENCRYPTION_KEYS: secret(),
    AI_CONFIG_AUTH_SECRET: secret(),
    AI_CONFIG_SIGN_UP: "open",
  };
  const names = Array.from({ length: CONFIGURATIONS }, (_, index) => `config-${index}`);
  const acknowledged = new Map(names.map((name) => [name, 0]));
  const credentials = { email: "dana@example.com", password: "correct horse battery" };
  try {
    for (const round of [1, 2, 3]) {
      await using product = await startProduct({ dataDirectory, env });
      const dana = new HttpPerson(product.url);
      if (round === 1) await dana.signUp(credentials.email);
      else await dana.call("POST", "/api/auth/sign-in/email", credentials, { origin: product.url });

      let isOver = false;
      const write = async (configName: string) => {
        while (!isOver) {
          const next = (acknowledged.get(configName) ?? 0) + 1;
          const updates = { model: { maxTokens: next } };
          const answer = await dana
            .call("PATCH", "/api/ai-configuration", { configName, updates })
            .catch(() => undefined);
          if (answer?.status === 200) acknowledged.set(configName, next);
          else break;
        }
      };
      const writers = names.map(write);
      const total = () => [...acknowledged.values()].reduce((sum, count) => sum + count, 0);
      const before = total();
      await expect.poll(total, { timeout: 20_000, interval: 5 }).toBeGreaterThan(before + 25);
      await product.stop("SIGKILL");
      isOver = true;
      await Promise.all(writers);

      const rows = await database.owner<{ id: string; name: string; max: number; version: number }[]>`
        select id, config_name as name, (configuration -> 'model' ->> 'maxTokens')::int as max, version
        from public.ai_configurations order by config_name`;
      for (const { id, name, max, version } of rows) {
        const said = acknowledged.get(name) ?? 0;
        // The one that was under way may have been made; nothing before it is missing, nothing is there twice.
        expect([name, max === said || max === said + 1, version]).toEqual([name, true, max]);
        const entries = await database.owner<{ version: number }[]>`
          select version from public.ai_configuration_audit where config_id = ${id} order by seq`;
        expect(entries.map((entry) => entry.version)).toEqual(
          Array.from({ length: version }, (_, index) => index + 1),
        );
        acknowledged.set(name, max);
      }
      const [verdict] = await database.owner<{ problem: unknown }[]>`
        select private.verify_audit(u.id, null) -> 'problem' as problem from auth.users u`;
      expect(verdict).toEqual({ problem: null });
    }
  } finally {
    await rm(dataDirectory, { recursive: true, force: true });
  }
});
