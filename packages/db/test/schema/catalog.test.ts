import { expect, test } from "vitest";

import { createTestDatabase } from "../../src/testing/index.ts";

const ours = ["public", "private", "identity", "auth"];

test("every table has row security and at least one policy", async () => {
  await using test = await createTestDatabase();
  const open = await test.owner`
    select c.oid::regclass::text as name from pg_class c
    where c.relkind in ('r', 'p') and c.relnamespace in (select oid from pg_namespace where nspname = any(${ours}))
      and (not c.relrowsecurity
        or not exists (select from pg_policy p where p.polrelid = c.oid) and not c.relispartition)`;
  expect(open).toEqual([]);
});

test("a partition is read through its table alone: nobody is granted anything of it, and no policy lets in", async () => {
  await using test = await createTestDatabase();
  const partitions = await test.owner<{ name: string; isOpen: boolean }[]>`
    select c.oid::regclass::text as name, exists (select from pg_policy p where p.polrelid = c.oid)
        or exists (select from aclexplode(c.relacl) a where a.grantee <> c.relowner) as "isOpen"
    from pg_class c where c.relispartition and c.relkind = 'r'`;
  expect(partitions.length).toBeGreaterThan(24);
  expect(partitions.filter(({ isOpen }) => isOpen)).toEqual([]);
});

test("there are no views that read with their owner's rights", async () => {
  await using test = await createTestDatabase();
  const views = await test.owner`
    select c.oid::regclass::text as name from pg_class c
    where c.relkind in ('v', 'm') and c.relnamespace in (select oid from pg_namespace where nspname = any(${ours}))
      and coalesce('security_invoker=true' = any(c.reloptions), false) is not true`;
  expect(views).toEqual([]);
});

test("S12: every function has an empty search path or a body bound to names, and the public may execute none", async () => {
  await using test = await createTestDatabase();
  const loose = await test.owner`
    select p.oid::regprocedure::text as name from pg_proc p
    where p.pronamespace in (select oid from pg_namespace where nspname = any(${ours}))
      and ((p.prosqlbody is null and coalesce('search_path=""' = any(p.proconfig), false) is not true)
        or exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) where grantee = 0))`;
  expect(loose).toEqual([]);
});

test("functions with their owner's rights live in the schema that no data API shows", async () => {
  await using test = await createTestDatabase();
  const exposed = await test.owner`
    select p.oid::regprocedure::text as name from pg_proc p
    where p.prosecdef and p.pronamespace in (select oid from pg_namespace where nspname in ('public', 'identity', 'auth'))`;
  expect(exposed).toEqual([]);
});

test("an anonymous caller has no privilege on any table, column, sequence or function", async () => {
  await using test = await createTestDatabase();
  const reachable = await test.owner`
    with roles (role) as (values ('anon'), ('ai_config_app'))
    select role, c.oid::regclass::text as name from roles, pg_class c
    where c.relnamespace in (select oid from pg_namespace where nspname = any(${ours}))
      and case
        when c.relkind = 'S' then has_sequence_privilege(role, c.oid, 'usage, select, update')
        when c.relkind in ('r', 'p', 'v', 'm') then has_table_privilege(role, c.oid, 'delete, truncate, trigger')
          or has_any_column_privilege(role, c.oid, 'select, insert, update, references')
        else false end
    union all
    select 'anon', p.oid::regprocedure::text from pg_proc p
    where p.pronamespace in (select oid from pg_namespace where nspname = any(${ours}))
      and has_function_privilege('anon', p.oid, 'execute')`;
  expect(reachable).toEqual([]);
});

test("no role of a client may truncate, reference or put triggers on a table", async () => {
  await using test = await createTestDatabase();
  const granted = await test.owner`
    select role, c.oid::regclass::text as name
    from unnest(array['authenticated', 'service_role', 'ai_config_service', 'ai_config_identity']) as role, pg_class c
    where c.relkind in ('r', 'p') and c.relnamespace in (select oid from pg_namespace where nspname = any(${ours}))
      and (has_table_privilege(role, c.oid, 'truncate, trigger') or has_any_column_privilege(role, c.oid, 'references'))`;
  expect(granted).toEqual([]);
});

test("what is audited cannot be emptied past the audit, by nobody", async () => {
  await using test = await createTestDatabase();
  const audited = await test.owner<{ name: string }[]>`
    select distinct t.tgrelid::regclass::text as name from pg_trigger t
    where t.tgfoid::regproc::text like 'private.audit%' order by 1`;
  expect(audited.length).toBeGreaterThan(6);
  for (const { name } of audited) {
    const outcome = await test.owner.unsafe(`truncate ${name}`).then(
      () => "emptied",
      (error) => error.code,
    );
    // Another refusal is that other tables point there.
    expect([name, ["42501", "0A000"].includes(outcome) || outcome]).toEqual([name, true]);
  }
});

test("every policy names its roles", async () => {
  await using test = await createTestDatabase();
  const broad = await test.owner`
    select tablename, policyname from pg_policies
    where schemaname = any(${ours}) and (roles && array['public', 'anon']::name[])`;
  expect(broad).toEqual([]);
});

test("every policy for signed-in users asks for the caller once per statement, not per row", async () => {
  await using test = await createTestDatabase();
  const slow = await test.owner`
    select policyname from pg_policies
    where schemaname = any(${ours})
      and regexp_replace(coalesce(qual, '') || coalesce(with_check, ''), '[(] ?SELECT (auth[.]uid[(][)]|private[.]organization_ids[(])', '', 'g')
        ~ 'auth[.]uid|private[.]organization_ids'`;
  expect(slow).toEqual([]);
});

test("every foreign key has an index that begins with its columns", async () => {
  await using test = await createTestDatabase();
  const bare = await test.owner`
    select k.conrelid::regclass::text as "table", k.conname from pg_constraint k
    where k.contype = 'f' and k.connamespace in (select oid from pg_namespace where nspname = any(${ours}))
      and not exists (
        select from pg_index i where i.indrelid = k.conrelid
          and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] operator(pg_catalog.@>) k.conkey
          and i.indpred is null)`;
  expect(bare).toEqual([]);
});

test("the login that serves requests owns nothing and bypasses nothing", async () => {
  await using test = await createTestDatabase();
  const [role] = await test.owner`
    select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolinherit,
      pg_has_role('ai_config_app', 'service_role', 'member') as service_role,
      exists (select from pg_class where relowner = r.oid) as owns
    from pg_roles r where rolname = 'ai_config_app'`;
  expect(Object.values(role ?? { missing: true })).not.toContain(true);
});
