import type { Sql } from "postgres";

const schemas = ["public", "private", "identity"];

/** Each part is one query whose rows are lines, in an order that depends on names only. */
const parts: readonly { title: string; query: string }[] = [
  {
    title: "Tables",
    query: `
      select format(E'create table %s (\\n%s\\n)%s;\\n%s', c.oid::regclass,
        (select string_agg(line, E',\\n' order by kind, position, line) from (
          select 1 as kind, a.attnum as position, format('  %I %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
            case when a.attnotnull then ' not null' else '' end,
            case a.attidentity when 'a' then ' generated always as identity' else '' end,
            coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '')) as line
          from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
          where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          union all
          select 2, 0, format('  constraint %I %s', k.conname, pg_get_constraintdef(k.oid))
          from pg_constraint k where k.conrelid = c.oid and k.contype in ('c', 'f', 'p', 'u')
        ) as lines),
        coalesce(' partition by ' || pg_get_partkeydef(c.oid), ''),
        case when c.relrowsecurity then format('alter table %s enable row level security;', c.oid::regclass) else '-- without row level security' end
      ) as line
      from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = any ($1::regnamespace[]) and not c.relispartition
      order by c.oid::regclass::text`,
  },
  {
    title: "Indexes",
    query: `
      select pg_get_indexdef(i.indexrelid) || ';' as line from pg_index i join pg_class c on c.oid = i.indrelid
      where c.relnamespace = any ($1::regnamespace[]) and not c.relispartition
        and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u'))
      order by i.indexrelid::regclass::text`,
  },
  {
    title: "Functions",
    query: `
      select pg_get_functiondef(p.oid) || ';' as line from pg_proc p
      where p.pronamespace = any ($1::regnamespace[]) order by p.oid::regprocedure::text`,
  },
  {
    title: "Triggers",
    query: `
      select pg_get_triggerdef(t.oid) || ';' as line from pg_trigger t join pg_class c on c.oid = t.tgrelid
      join pg_proc p on p.oid = t.tgfoid
      where not t.tgisinternal and p.pronamespace = any ($1::regnamespace[]) and not c.relispartition
      order by c.oid::regclass::text, t.tgname`,
  },
  {
    title: "Policies",
    query: `
      select format('create policy %I on %s for %s to %s%s%s;', polname, polrelid::regclass,
        case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
        (select string_agg(r::regrole::text, ', ' order by r::regrole::text) from unnest(polroles) as r),
        coalesce(E'\\n  using (' || pg_get_expr(polqual, polrelid) || ')', ''),
        coalesce(E'\\n  with check (' || pg_get_expr(polwithcheck, polrelid) || ')', '')) as line
      from pg_policy join pg_class c on c.oid = polrelid where c.relnamespace = any ($1::regnamespace[])
      order by polrelid::regclass::text, polname`,
  },
  {
    title: "Grants",
    query: `
      select format('grant %s on %s %s to %s;', string_agg(lower(privilege), ', ' order by privilege), kind, name, grantee) as line
      from (
        select 'schema' as kind, n.nspname::text as name, a.grantee::regrole::text as grantee, a.privilege_type as privilege
        from pg_namespace n, aclexplode(n.nspacl) a
        where n.oid = any ($1::regnamespace[]) and n.nspname <> 'public' and a.grantee <> n.nspowner and a.grantee <> 0
        union all
        select 'table', c.oid::regclass::text, a.grantee::regrole::text, a.privilege_type
        from pg_class c, aclexplode(c.relacl) a
        where c.relkind in ('r', 'p') and c.relnamespace = any ($1::regnamespace[]) and a.grantee <> c.relowner
        union all
        select 'table', c.oid::regclass::text, a.grantee::regrole::text,
          format('%s (%s)', a.privilege_type, string_agg(quote_ident(t.attname), ', ' order by t.attnum))
        from pg_class c join pg_attribute t on t.attrelid = c.oid, aclexplode(t.attacl) a
        where c.relnamespace = any ($1::regnamespace[])
        group by 1, c.oid, a.grantee, a.privilege_type
        union all
        select 'function', p.oid::regprocedure::text, a.grantee::regrole::text, a.privilege_type
        from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
        where p.pronamespace = any ($1::regnamespace[]) and a.grantee <> p.proowner
      ) as grants group by kind, name, grantee order by kind, name, grantee`,
  },
];

/** What the migrations add up to, read from the catalogs. Partitions are left out: which there are, the date decides. */
export async function dumpSchema(owner: Pick<Sql, "unsafe">): Promise<string> {
  let dump =
    "-- The sum of the migrations, to read and to compare. Written by `pnpm --filter @ai-config/db dump-schema`.\n";
  for (const { title, query } of parts) {
    const rows = await owner.unsafe<{ line: string }[]>(query, [schemas]);
    const lines = rows.map(({ line }) => line.replaceAll(/[ \t]+$/gm, "").trimEnd());
    dump += `\n-- ${title}\n\n${lines.join(title === "Indexes" || title === "Triggers" || title === "Grants" ? "\n" : "\n\n")}\n`;
  }
  return dump;
}
