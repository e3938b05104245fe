import { createTRPCClient, httpBatchLink } from "@trpc/client";
import { expect, test } from "vitest";

import type { AppRouter } from "../src/router.ts";
import { Person } from "./support/person.ts";
import { startApi } from "./support/start-api.ts";

test("who uses a model that ends is told for the organization one looks at", async () => {
  await using api = await startApi();
  const dana = new Person(api.url);
  await dana.signUp("dana@example.com");
  const client = createTRPCClient<AppRouter>({
    links: [httpBatchLink({ url: `${api.url}/api/trpc`, headers: () => ({ cookie: dana.cookie }) })],
  });
  const own = { type: "user" } as const;
  const { id: organizationId } = await client.organization.create.mutate({ name: "Acme" });
  await client.configuration.update.mutate({
    owner: { type: "organization", organizationId },
    configName: "default",
    updates: { model: { model: "claude-opus-5-5" } },
  });
  const modelsOf = async (input: { organizationId?: string }) =>
    (await client.model.lifecycle.query({ owner: own, ...input })).models.map(({ model }) => model);
  // Without rows of its own the first organization hands out the default model, which is about to be retired.
  expect(await modelsOf({})).toEqual(["claude-sonnet-4-5-20250929"]);
  expect(await modelsOf({ organizationId })).toEqual([]);
  expect(
    await client.model.lifecycle.query({ owner: { type: "organization", organizationId } }),
  ).toMatchObject({ models: [] });
  const kim = new Person(api.url);
  await kim.signUp("kim@example.com");
  const input = encodeURIComponent(JSON.stringify({ owner: own, organizationId }));
  expect((await kim.send("GET", `/api/trpc/model.lifecycle?input=${input}`)).status).toBe(404);
});
