import { applyPatch, mergeLayers } from "@ai-config/config-core";
import fc from "fast-check";
import { expect, test } from "vitest";

import { createTestDatabase } from "../../src/testing/index.ts";
import { layer } from "./arbitrary-layers.ts";
import { asUser, refuses, run, worker } from "./refusals.ts";

// jsonb knows no negative zero; JSON.stringify, which every client goes through, does not either.
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

test("merging layers in SQL gives what the library gives", async () => {
  await using test = await createTestDatabase();
  const stacks = fc.array(fc.array(layer, { maxLength: 5 }), { minLength: 40, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(stacks, async (samples) => {
      const rows = await test.owner`
        select private.merge_layers(array(select l from jsonb_array_elements(s) as l)) as merged
        from jsonb_array_elements(${JSON.stringify(samples)}::text::jsonb) with ordinality as t (s, n) order by n`;
      expect(rows.map((row) => row.merged)).toEqual(samples.map((stack) => plain(mergeLayers(stack))));
    }),
    { numRuns: 25 },
  );
});

test("merge patches in SQL give what the library gives, on any JSON", async () => {
  await using test = await createTestDatabase();
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      fc.constant(null),
      fc.integer(),
      fc.boolean(),
      fc.string({ unit: "grapheme-ascii" }),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom("a", "b", "c", "", "__proto__"), tie("value"), { maxKeys: 4 }),
    ),
  }));
  const pairs = fc.array(fc.tuple(value, value), { minLength: 40, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(pairs, async (samples) => {
      const parsed = plain(samples) as [unknown, unknown][];
      const rows = await test.owner`
        select private.merge_patch(t.s -> 0, t.s -> 1) as merged
        from jsonb_array_elements(${JSON.stringify(samples)}::text::jsonb) with ordinality as t (s, n) order by n`;
      expect(JSON.stringify(rows.map((row) => canonical(row.merged)))).toBe(
        JSON.stringify(parsed.map(([target, patch]) => canonical(applyPatch(target, patch)))),
      );
    }),
    { numRuns: 25 },
  );
});

test("the effective configuration is the organization's rows, then the user's, by priority and age", async () => {
  await using test = await createTestDatabase();
  const user = await test.createUser();
  const acme = await test.createOrganization({ ownerId: user, name: "Acme" });
  const other = await test.createOrganization({ ownerId: user, name: "Other" });
  const insert = (owner: string, name: string, priority: number, configuration: unknown) =>
    run(
      test,
      asUser(user),
      `insert into public.ai_configurations (${owner === user ? "user_id" : "organization_id"}, config_name, priority, configuration)
        values ('${owner}', '${name}', ${priority}, '${JSON.stringify(configuration)}')`,
    );
  await insert(user, "low", -5, {
    model: { topP: 0.1, temperature: 0.2 },
    costBudget: { alertThresholds: [0.5, 0.9] },
  });
  await insert(user, "first", 0, { model: { topP: 0.2 } });
  await insert(user, "second", 0, { model: { topP: 0.3 }, costBudget: { alertThresholds: [1] } });
  await insert(acme, "default", 1000, { model: { topP: 0.9, maxTokens: 100 } });
  await insert(other, "default", 0, { model: { maxTokens: 200 } });
  const effective = async (argument: string) =>
    (await run(test, asUser(user), `select public.get_effective_ai_config(${argument}) as value`))[0]?.value;
  expect(await effective(`'${user}'`)).toEqual({
    model: { topP: 0.3, temperature: 0.2, maxTokens: 100 },
    costBudget: { alertThresholds: [1] },
  });
  expect(await effective(`'${user}', '${other}'`)).toMatchObject({ model: { maxTokens: 200, topP: 0.3 } });
  const layers = await run(
    test,
    worker,
    `select source, config_name from public.get_ai_config_layers('${user}')`,
  );
  expect(layers.map((row) => `${row.source} ${row.config_name}`)).toEqual([
    "organization default",
    "user low",
    "user first",
    "user second",
  ]);
});

test("S11: nobody reads the effective configuration of somebody else", async () => {
  await using test = await createTestDatabase();
  const [user, other] = [await test.createUser(), await test.createUser()];
  const organization = await test.createOrganization({ ownerId: other });
  for (const name of ["get_effective_ai_config", "get_ai_config_layers"]) {
    await refuses(() => run(test, asUser(user), `select public.${name}('${other}')`), "42501");
    await refuses(
      () => run(test, asUser(user), `select public.${name}('${user}', '${organization}')`),
      "42501",
    );
    await refuses(async () => test.database.db.$client.unsafe(`select public.${name}('${user}')`), "42501");
  }
  expect(await run(test, asUser(user), `select public.get_effective_ai_config('${user}') as value`)).toEqual([
    { value: {} },
  ]);
});

/** Key order is not part of a JSON value. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, child]) => [key, canonical(child)]);
}
