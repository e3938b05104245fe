import { listKeys, rotateApiKey } from "@ai-config/config-service";
import { pino } from "pino";
import { expect, test } from "vitest";

import { keepVerifyingKeys } from "../src/keep-verifying-keys.ts";
import { startApi } from "./support/start-api.ts";

test("a key that was stored during an outage is verified when the outage is over, and the trying ends when told", async () => {
  let isAway = true;
  await using api = await startApi({
    fetch: async () => {
      if (isAway) throw new Error("away");
      return new Response("{}", { status: 200 });
    },
  });
  const userId = await api.test.createUser();
  const whose = { actor: { type: "user", userId }, owner: { type: "user", userId } } as const;
  await rotateApiKey(api.service, { ...whose, newKey: `sk-ant-api03-${"k".repeat(40)}` });
  const verified = async () => (await listKeys(api.service, whose))[0]?.verified;
  const stopping = new AbortController();
  const keeping = keepVerifyingKeys(api.service, {
    signal: stopping.signal,
    log: pino({ level: "silent" }),
    everyMs: 20,
  });
  expect(await verified()).toBe(false);
  isAway = false;
  await expect.poll(verified, { timeout: 10_000 }).toBe(true);
  stopping.abort();
  await keeping;
});
