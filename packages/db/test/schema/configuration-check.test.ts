import { validateLayer } from "@ai-config/config-core";
import fc from "fast-check";
import { expect, test } from "vitest";

import { REGISTRY_FUNCTIONS } from "../../src/registry-functions.ts";
import { createTestDatabase, type TestDatabase } from "../../src/testing/index.ts";
import { hostileLayer, validLayer } from "./arbitrary-layers.ts";

test.each(REGISTRY_FUNCTIONS)(
  "$signature in the database is the one of the field registry",
  async ({ signature, body }) => {
    await using test = await createTestDatabase();
    const [row] = await test.owner`
    select prosrc from pg_proc where oid = ${signature.replace("c jsonb", "jsonb")}::regprocedure`;
    expect(
      row?.prosrc === body,
      "The field registry changed. Run: pnpm --filter @ai-config/db configuration-check",
    ).toBe(true);
  },
);

/** What the database says of JSON texts; what jsonb cannot hold counts as refused. */
async function problemsOf(test: TestDatabase, texts: string[]): Promise<(string | null)[]> {
  const rows = await test.owner<{ problem: string | null }[]>`
    select private.config_problem(t::jsonb) as problem
    from unnest(${test.owner.array(texts, 1009)}::text[]) with ordinality as u (t, n) order by n`;
  return rows.map((row) => row.problem);
}

async function agree(test: TestDatabase, texts: string[]): Promise<void> {
  const problems = await problemsOf(test, texts);
  texts.forEach((text, index) => {
    const checked = validateLayer(JSON.parse(text));
    expect({
      text: text.slice(0, 300),
      accepted: problems[index] === null,
      problem: problems[index],
    }).toEqual({
      text: text.slice(0, 300),
      accepted: checked.success,
      problem: problems[index],
    });
  });
}

test("S20: database and library accept the same layers, whatever is sent", { timeout: 120_000 }, async () => {
  await using test = await createTestDatabase();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(validLayer, hostileLayer), { minLength: 50, maxLength: 50 }),
      (texts) => agree(test, texts),
    ),
    { numRuns: 60 },
  );
});

test("S21: numbers at the edges are read as JavaScript reads them", async () => {
  await using test = await createTestDatabase();
  const numbers = [
    "0",
    "-0",
    "0.0",
    "-0.0",
    "1",
    "1.0",
    "1e0",
    "10e-1",
    "1.00000000000000001",
    "1.0000000000000003",
    "-1e-400",
    "1e-400",
    "-4.9e-324",
    "-2.4e-324",
    "-1e-310",
    "1e400",
    "-1e400",
    "1e308",
    "2e308",
    "0.99999999999999999999",
    "128000",
    "128001",
    "128000.5",
    "128000.00000000000000001",
    "9007199254740993",
    "1e9",
    "1000000000.0000001",
    `1.${"0".repeat(300)}1`,
    "2147483648",
    "1.5e0",
    "null",
    '"1"',
    "true",
    "[1]",
    "{}",
  ];
  const fields = [
    "model.temperature",
    "model.maxTokens",
    "costBudget.dailyBudget",
    "retryStrategy.maxRetries",
  ];
  await agree(
    test,
    numbers.flatMap((number) => [
      ...fields.map((path) => `{"${path.split(".")[0]}":{"${path.split(".")[1]}":${number}}}`),
      `{"costBudget":{"alertThresholds":[${number}]}}`,
      `{"costBudget":{"alertThresholds":[0,${number},0.5]}}`,
    ]),
  );
});

test("S20, S21, S25: what is refused is refused on write, without repeating a value", async () => {
  await using test = await createTestDatabase();
  const userId = await test.createUser();
  for (const text of [
    "null",
    "[]",
    '"x"',
    '{"model":null}',
    '{"model":{"maxTokens":-5}}',
    '{"costBudget":{"dailyBudget":1e400}}',
    '{"__proto__":{}}',
    '{"model":{"model":"sk-ant-api03-CANARY"}}',
  ]) {
    const error =
      await test.owner`insert into public.ai_configurations (user_id, configuration) values (${userId}, ${text}::text::jsonb)`.catch(
        (error) => error,
      );
    expect(error.code).toBe("23514");
    expect(error.message).not.toMatch(/CANARY/);
  }
  const [problem] = await problemsOf(test, ['{"model":{"temperature":1.5}}']);
  expect(problem).toBe("model.temperature: invalid_value");
});
