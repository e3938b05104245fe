import { expect, test } from "vitest";

import { sqlStateOf } from "../../src/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { asUser, run, worker } from "./refusals.ts";

test("T6: a service acts for anybody, and neither moves what is theirs nor becomes more than it is", async () => {
  await using test = await createTestDatabase();
  const [dana, kim] = [await test.createUser(), await test.createUser()];
  const acme = await test.createOrganization({ ownerId: dana });
  await run(test, asUser(dana), `insert into public.ai_configurations (user_id) values ('${dana}')`);
  await run(
    test,
    worker,
    `insert into private.ai_provider_keys (user_id, provider, slot, sealed, kek_id, fingerprint, hint)
      values ('${dana}', 'anthropic', 'primary', 'a.b.c.d.e', 'k', 'a-fingerprint-of-it', 'sk-ant-…x7Qp')`,
  );
  await run(test, worker, "update public.ai_configurations set is_active = false");

  const before = [
    await test.owner`select user_id, organization_id, created_by from public.ai_configurations`,
    await test.owner`select user_id, organization_id, provider from private.ai_provider_keys`,
    await test.owner`select user_id, role from public.organization_members`,
  ];
  const outcomes: Record<string, string> = {};
  for (const statement of [
    `update public.ai_configurations set user_id = '${kim}'`,
    `update public.ai_configurations set user_id = null, organization_id = '${acme}'`,
    `update public.ai_configurations set created_by = '${kim}'`,
    "update public.ai_configurations set created_at = now()",
    `update private.ai_provider_keys set user_id = '${kim}'`,
    `update private.ai_provider_keys set user_id = null, organization_id = '${acme}'`,
    "update private.ai_provider_keys set provider = 'other'",
    "truncate public.ai_configurations",
    "truncate private.ai_provider_keys",
    "delete from public.ai_configuration_audit",
    "alter table public.ai_configurations disable trigger all",
    "create table public.mine (id int)",
    "create trigger mine before insert on public.ai_configurations execute function private.refuse_truncate()",
    "set session_replication_role = 'replica'",
    "select password from identity.accounts",
  ]) {
    outcomes[statement] = await run(test, worker, statement).then(
      () => "accepted",
      (error: unknown) => sqlStateOf(error) ?? String(error),
    );
  }
  // PostgreSQL only warns of a grant of what one may not grant.
  await run(test, worker, "grant select on private.ai_provider_keys to authenticated");
  const [granted] = await test.owner`
    select has_column_privilege('authenticated', 'private.ai_provider_keys', 'sealed', 'select') as sealed`;
  expect(granted).toEqual({ sealed: false });
  expect(Object.entries(outcomes).filter(([, outcome]) => outcome !== "42501")).toEqual([]);
  expect([
    await test.owner`select user_id, organization_id, created_by from public.ai_configurations`,
    await test.owner`select user_id, organization_id, provider from private.ai_provider_keys`,
    await test.owner`select user_id, role from public.organization_members`,
  ]).toEqual(before);
});
