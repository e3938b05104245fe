import { randomUUID } from "node:crypto";

import { expect, test } from "vitest";

import type { SqlClient } from "../../src/client.ts";
import { migrate } from "../../src/index.ts";
import { createSupabaseProject, createTestDatabase } from "../../src/testing/index.ts";

/** What each role that a client can be may do with what is ours, a line each. */
async function privilegesIn({ unsafe }: Pick<SqlClient, "unsafe">): Promise<string[]> {
  const rows = await unsafe<{ line: string }[]>(`
    with roles as (
      select unnest(array['public', 'anon', 'authenticated', 'service_role', 'ai_config_service', 'ai_config_token',
        'ai_config_identity', 'ai_config_app']) as role
    ), ours as (
      select oid from pg_namespace where nspname in ('public', 'private', 'identity')
    ), granted as (
      select c.oid::regclass::text as name, coalesce(a.attname::text, '') as part, g.grantee, g.privilege_type
        from pg_class c
        left join pg_attribute a on a.attrelid = c.oid and a.attacl is not null
        cross join lateral (
          select * from aclexplode(c.relacl) union all select * from aclexplode(a.attacl)
        ) g
        where c.relnamespace in (select oid from ours) and c.relkind <> 'S'
      union all
      select p.oid::regprocedure::text, '', g.grantee, g.privilege_type
        from pg_proc p cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) g
        where p.pronamespace in (select oid from ours)
    )
    select distinct format('%s: %s on %s', roles.role, g.privilege_type, g.name) as line
    from granted g join roles on g.grantee = coalesce(to_regrole(roles.role)::oid, 0) order by 1`);
  return rows.map(({ line }) => line);
}

test("the same migrations run on a Supabase project, twice, and leave its own objects alone", async () => {
  await using supabase = await createSupabaseProject();
  const { project, ownerUrl, auth } = supabase;
  expect((await migrate({ url: ownerUrl })).applied).toBeGreaterThan(5);
  expect(await migrate({ url: ownerUrl })).toEqual({ applied: 0 });
  expect(
    await project`select from pg_class where relnamespace = 'auth'::regnamespace and relowner <> ${auth}::regrole`,
  ).toHaveLength(0);
  expect(
    await project`
    select c.relname from pg_class c
    where c.relkind in ('r', 'S') and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace, 'identity'::regnamespace)
      and case when c.relkind = 'S' then has_sequence_privilege('anon', c.oid, 'usage, select, update')
        else has_table_privilege('anon', c.oid, 'select, insert, update, delete, truncate, references, trigger')
          or has_table_privilege('authenticated', c.oid, 'truncate, trigger, references') end`,
  ).toEqual([]);
  expect(
    await project`
    select proname from pg_proc where pronamespace in ('public'::regnamespace, 'private'::regnamespace)
      and has_function_privilege('anon', oid, 'execute')`,
  ).toEqual([]);
});

test("on a Supabase project nobody may do more with what is ours than elsewhere", async () => {
  await using supabase = await createSupabaseProject();
  await migrate({ url: supabase.ownerUrl });
  await using plain = await createTestDatabase();
  const there = await privilegesIn(supabase.project);
  const here = new Set(await privilegesIn(plain.owner));
  expect(here.size).toBeGreaterThan(100);
  expect(there.filter((line) => !here.has(line))).toEqual([]);
});

test("on a Supabase project a user works under row security, and their account can be deleted", async () => {
  await using supabase = await createSupabaseProject();
  const { project, ownerUrl, auth } = supabase;
  await migrate({ url: ownerUrl });
  const [user, other] = [randomUUID(), randomUUID()];
  await project`insert into auth.users (id, email) values (${user}, 'a@example.com'), (${other}, 'b@example.com')`;
  const as = (id: string, statement: string) =>
    project.begin(async (tx) => {
      await tx`select set_config('request.jwt.claims', ${JSON.stringify({ sub: id })}, true), set_config('role', 'authenticated', true)`;
      return [...(await tx.unsafe(statement))];
    });
  await as(user, "select private.create_organization('Acme')");
  await as(
    user,
    `insert into public.ai_configurations (user_id, configuration) values ('${user}', '{"model":{"topP":0.5}}')`,
  );
  expect(await as(user, `select public.get_effective_ai_config('${user}') as value`)).toEqual([
    { value: { model: { topP: 0.5 } } },
  ]);
  expect(await as(other, "select from public.ai_configurations")).toEqual([]);
  await project.begin(async (tx) => {
    await tx`select set_config('role', 'service_role', true)`;
    await tx`update public.ai_configurations set priority = 2`;
  });
  // Row security on auth.users is Supabase's own; its owner is the one who deletes accounts.
  await project.unsafe(`set role ${auth}; delete from auth.users where id = '${user}'; reset role`);
  expect(
    await project`
    select action, actor_type from public.ai_configuration_audit where subject = 'configuration' order by id`,
  ).toEqual([
    { action: "insert", actor_type: "user" },
    { action: "update", actor_type: "service" },
    { action: "delete", actor_type: "system" },
  ]);
});

test("on a Supabase project the sign-in finds whoever is there, and nobody who is gone, banned or anonymous", async () => {
  await using supabase = await createSupabaseProject();
  const { project, ownerUrl } = supabase;
  await migrate({ url: ownerUrl });
  const find = (id: string) =>
    project.begin(async (tx) => {
      await tx`select set_config('role', 'ai_config_identity', true)`;
      return [...(await tx`select * from private.find_living_user(${id})`)];
    });
  const add = async (more: Record<string, unknown>) => {
    const row = { id: randomUUID(), email: "dana@example.com", is_anonymous: false, ...more };
    await project`insert into auth.users
      select * from jsonb_populate_record(null::auth.users, ${JSON.stringify(row)}::text::jsonb)`;
    return row.id;
  };
  const names = { full_name: "Dana Reyes", role: "service_role" };
  expect(await find(await add({ raw_user_meta_data: names }))).toEqual([
    { name: "Dana Reyes", email: "dana@example.com" },
  ]);
  expect(await find(await add({ email: null, banned_until: "2001-01-01" }))).toEqual([
    { name: null, email: null },
  ]);
  for (const gone of [
    { deleted_at: "2001-01-01" },
    { banned_until: "2999-01-01" },
    { banned_until: "infinity" },
    { is_anonymous: true },
  ]) {
    expect([gone, await find(await add(gone))]).toEqual([gone, []]);
  }
  expect(await find(randomUUID())).toEqual([]);
});
