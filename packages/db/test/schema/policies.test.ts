import {
  findBreaches,
  type Layer,
  type Policy,
  resolveConfiguration,
  validatePolicy,
} from "@ai-config/config-core";
import fc from "fast-check";
import { expect, test } from "vitest";

import { createTestDatabase, type TestDatabase } from "../../src/testing/index.ts";
import { layer } from "./arbitrary-layers.ts";
import { hostilePolicy, policy } from "./arbitrary-policies.ts";
import { asUser, auditOf, refuses, run, worker } from "./refusals.ts";

/** jsonb knows no negative zero; JSON.stringify, which every client goes through, does not either. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** One answer of SQL for each sample; `s` is the sample as jsonb. */
async function each<T>(test: TestDatabase, expression: string, samples: unknown[]): Promise<T[]> {
  const rows = await test.owner<{ answer: T }[]>`
    select ${test.owner.unsafe(expression)} as answer
    from jsonb_array_elements(${JSON.stringify(samples)}::text::jsonb) with ordinality as t (s, n) order by n`;
  return rows.map(({ answer }) => answer);
}

/** Many runs of SQL in one statement, since a statement for each would take minutes. */
const batchesOf = <T>(sample: fc.Arbitrary<T>) => fc.array(sample, { minLength: 50, maxLength: 50 });

/** The catalogue of models and the time zones are the service's; the database cannot know them. */
const ONLY_THE_SERVICE_KNOWS: ReadonlySet<string> = new Set(["unknown_model", "unknown_time_zone"]);

test("database and library take the same policies for valid, whatever is sent", {
  timeout: 120_000,
}, async () => {
  await using test = await createTestDatabase();
  await fc.assert(
    fc.asyncProperty(batchesOf(fc.oneof(policy, hostilePolicy)), async (samples) => {
      const sent = plain(samples);
      const problems = await each<string | null>(test, "private.policy_problem(s)", sent);
      sent.forEach((sample, index) => {
        const checked = validatePolicy(sample);
        const errors = checked.success
          ? []
          : checked.errors.filter(({ code }) => !ONLY_THE_SERVICE_KNOWS.has(code));
        const problem = problems[index];
        expect({ sample, problem, accepted: problem === null }).toEqual({
          sample,
          problem,
          accepted: errors.length === 0,
        });
      });
    }),
    { numRuns: 60 },
  );
});

test("a policy imposes in SQL what it imposes in the library", { timeout: 120_000 }, async () => {
  await using test = await createTestDatabase();
  const sample = fc.record({ layers: fc.array(layer, { maxLength: 4 }), policy });
  await fc.assert(
    fc.asyncProperty(batchesOf(sample), async (samples) => {
      const sent = plain(samples);
      const imposed = await each<unknown>(
        test,
        `private.merge_layers(array[private.default_configuration(),
          private.impose_policy(array(select l from jsonb_array_elements(s -> 'layers') as l), s -> 'policy')])`,
        sent,
      );
      const expected = sent.map(({ layers, policy: rules }) => {
        const stack = layers.map(
          (values, index): Layer => ({ source: "user", id: `${index}`, priority: index, values }),
        );
        const { capabilities: _, ...configuration } = resolveConfiguration(stack, {
          policy: { rules: rules as Policy },
        }).configuration;
        return { ...configuration, apiKeys: { rotationSchedule: configuration.apiKeys.rotationSchedule } };
      });
      expect(imposed).toEqual(plain(expected));
    }),
    { numRuns: 60 },
  );
});

test("a policy refuses in SQL what it refuses in the library", { timeout: 120_000 }, async () => {
  await using test = await createTestDatabase();
  const sample = fc.record({ before: layer, after: layer, policy });
  await fc.assert(
    fc.asyncProperty(batchesOf(sample), async (samples) => {
      const sent = plain(samples);
      const breaches = await each<string[]>(
        test,
        "private.policy_breaches(s -> 'policy', s -> 'after', s -> 'before')",
        sent,
      );
      const expected = sent.map(({ policy: rules, after, before }) =>
        findBreaches(rules as Policy, after, { before })
          .map(({ path, code }) => `${path}: ${code}`)
          .sort(),
      );
      expect(breaches.map((list) => [...list].sort())).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

/** Acme with an owner, an admin, a member and a viewer, and somebody who belongs elsewhere. */
async function acmeWithPeople(test: TestDatabase) {
  const [owner, admin, member, viewer, stranger] = await Promise.all(
    Array.from({ length: 5 }, () => test.createUser()),
  );
  if (!owner || !admin || !member || !viewer || !stranger) throw new Error("There are five.");
  const acme = await test.createOrganization({ ownerId: owner, name: "Acme" });
  await test.addMember(acme, admin, "admin");
  await test.addMember(acme, member, "member");
  await test.addMember(acme, viewer, "viewer");
  const other = await test.createOrganization({ ownerId: stranger, name: "Other" });
  return { owner, admin, member, viewer, stranger, acme, other };
}

const impose = (organizationId: string, rules: unknown) =>
  `insert into public.organization_policies (organization_id, policy) values ('${organizationId}', '${JSON.stringify(rules)}')
    on conflict (organization_id) do update set policy = excluded.policy returning version`;

const store = (column: string, owner: string, configuration: unknown) =>
  `insert into public.ai_configurations (${column}, configuration) values ('${owner}', '${JSON.stringify(configuration)}')`;

test("owners and admins write a policy, members and viewers read it, others see nothing", async () => {
  await using test = await createTestDatabase();
  const { owner, admin, member, viewer, stranger, acme } = await acmeWithPeople(test);
  const rules = { fields: { "model.temperature": { lock: 0 } } };
  expect(await run(test, asUser(owner), impose(acme, rules))).toEqual([{ version: 1 }]);
  expect(await run(test, asUser(admin), impose(acme, {}))).toEqual([{ version: 2 }]);
  expect(await run(test, asUser(admin), impose(acme, {}))).toEqual([{ version: 2 }]);
  for (const userId of [member, viewer, stranger]) {
    await refuses(() => run(test, asUser(userId), impose(acme, rules)), "42501");
  }
  await refuses(() => run(test, worker, impose(acme, rules)), "42501");
  const read = "select policy, version from public.organization_policies";
  for (const userId of [owner, admin, member, viewer]) {
    expect(await run(test, asUser(userId), read)).toEqual([{ policy: {}, version: 2 }]);
  }
  expect(await run(test, asUser(stranger), read)).toEqual([]);
  await refuses(() => run(test, asUser(owner), "delete from public.organization_policies"), "42501");
  await refuses(
    () => run(test, asUser(owner), "update public.organization_policies set version = 9"),
    "42501",
  );
});

test("writing what the policy refuses is refused by the database, whoever writes", async () => {
  await using test = await createTestDatabase();
  const { owner, member, acme } = await acmeWithPeople(test);
  await run(test, asUser(member), store("user_id", member, { model: { maxTokens: 9000, topP: 0.5 } }));
  await run(
    test,
    asUser(owner),
    impose(acme, {
      fields: {
        "model.maxTokens": { max: 8192, onBreach: "refuse" },
        "model.temperature": { lock: 0.2 },
        "costBudget.dailyBudget": { max: 10 },
      },
      allowedModels: ["claude-opus-5-5"],
    }),
  );
  const set = (section: string, name: string, value: unknown) => `
    update public.ai_configurations set configuration = private.merge_patch(configuration,
      '${JSON.stringify({ [section]: { [name]: value } })}') where user_id = '${member}'`;
  for (const actor of [asUser(member), worker]) {
    await refuses(() => run(test, actor, set("model", "maxTokens", 8193)), "AC001");
    await refuses(() => run(test, actor, set("model", "temperature", 0.3)), "AC001");
    await refuses(() => run(test, actor, set("model", "model", "claude-haiku-5-5")), "AC001");
  }
  await refuses(
    () => run(test, asUser(owner), store("organization_id", acme, { model: { temperature: 1 } })),
    "AC001",
  );
  const superuser = test.owner.unsafe(set("model", "temperature", 0.3));
  await expect(superuser).rejects.toMatchObject({
    code: "AC001",
    message: "The policy of the organization refuses: model.temperature: policy_locked",
  });
  // Bounds that limit, and fields that stay as they were, are no reason to refuse.
  await run(test, asUser(member), set("costBudget", "dailyBudget", 50));
  await run(test, asUser(member), set("model", "topP", 0.4));
  const effective = `select public.get_effective_ai_config('${member}') as config`;
  const expected = {
    model: { model: "claude-opus-5-5", maxTokens: 8192, topP: 0.4, temperature: 0.2 },
    costBudget: { dailyBudget: 10 },
  };
  expect(await run(test, asUser(member), effective)).toEqual([{ config: expected }]);
  expect(await run(test, worker, effective)).toEqual([{ config: expected }]);
});

test("a user's rows are held to the policy of their default organization, and limited by that of any other", async () => {
  await using test = await createTestDatabase();
  const { owner, member, acme, other } = await acmeWithPeople(test);
  await test.addMember(other, member, "member");
  await run(
    test,
    asUser(owner),
    impose(acme, { fields: { "model.topP": { max: 0.5, onBreach: "refuse" } } }),
  );
  await test.owner.unsafe(impose(other, { fields: { "model.topP": { max: 0.1, onBreach: "refuse" } } }));
  await refuses(() => run(test, asUser(member), store("user_id", member, { model: { topP: 0.6 } })), "AC001");
  await run(test, asUser(member), store("user_id", member, { model: { topP: 0.4 } }));
  const effective = (organization: string) =>
    run(
      test,
      asUser(member),
      `select public.get_effective_ai_config('${member}', '${organization}') as config`,
    );
  expect(await effective(acme)).toEqual([{ config: { model: { topP: 0.4 } } }]);
  expect(await effective(other)).toEqual([{ config: { model: { topP: 0.1 } } }]);
});

test("a policy reaches below every row: a default beyond a bound is limited too", async () => {
  await using test = await createTestDatabase();
  const { owner, member, acme } = await acmeWithPeople(test);
  await run(test, asUser(owner), impose(acme, { fields: { "model.maxTokens": { max: 1000 } } }));
  expect(
    await run(test, asUser(member), `select public.get_effective_ai_config('${member}') as config`),
  ).toEqual([{ config: { model: { maxTokens: 1000 } } }]);
});

test("every change of a policy is audited for the organization, with who and what", async () => {
  await using test = await createTestDatabase();
  const { owner, member, acme } = await acmeWithPeople(test);
  const rules = { fields: { "model.temperature": { lock: 0 } } };
  await run(test, asUser(owner), impose(acme, rules));
  await run(test, asUser(owner), impose(acme, {}));
  const entries = (await auditOf(test.owner)).filter(({ subject }) => subject === "policy");
  expect(entries).toMatchObject([
    {
      organization_id: acme,
      user_id: null,
      action: "insert",
      version: 1,
      old_value: null,
      new_value: rules,
      changed_by: owner,
    },
    {
      organization_id: acme,
      action: "update",
      version: 2,
      old_value: rules,
      new_value: {},
      changed_by: owner,
    },
  ]);
  expect(await run(test, asUser(member), "select 1 from public.ai_configuration_audit")).toEqual([]);
});

test("an invalid policy is refused with its problem and without its values", async () => {
  await using test = await createTestDatabase();
  const { owner, acme } = await acmeWithPeople(test);
  await refuses(() => run(test, asUser(owner), impose(acme, { bounds: {} })), "23514");
  await refuses(
    () =>
      run(
        test,
        asUser(owner),
        impose(acme, { fields: { "model.topP": { lock: "sk-ant-api03-CANARYCANARY" } } }),
      ),
    "23514",
  );
  expect(await run(test, asUser(owner), "select 1 from public.organization_policies")).toEqual([]);
});
