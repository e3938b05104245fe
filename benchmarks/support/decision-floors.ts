import type { SqlClient } from "@ai-config/db";

/** What any decision in the database takes at least, each by itself. */
export const DECISION_FLOORS = [
  ["a function that does nothing", "select public.does_nothing()"],
  ["the nine rows of an admission, written", "select public.writes_rows_of_admission()"],
  ["one update by its key, on disk", "update public.naive_counter set spent = spent + 0.01 where id = 1"],
] as const;

/**
 * Makes them: tables like those of the admission, and functions that look at nothing and decide nothing. Of two scopes
 * with three windows each an admission writes nine rows, and does not wait for the disk.
 */
export async function makeDecisionFloors(owner: SqlClient): Promise<void> {
  await owner.unsafe(`
    create table public.naive_counter (id int primary key, spent numeric not null);
    insert into public.naive_counter values (1, 0);
    create table public.floor_scopes (like private.admission_scopes including all);
    create table public.floor_windows (like private.budget_windows including all);
    create table public.floor_leases (like private.admission_leases including all);
    insert into public.floor_scopes (scope) values ('user:a'), ('organization:b');
    insert into public.floor_windows (scope, period, starts_at, ends_at)
      select s.scope, p.period, '2026-01-01', '2027-01-01'
        from public.floor_scopes s, unnest('{daily,weekly,monthly}'::text[]) as p (period);
    create function public.does_nothing() returns text language plpgsql security definer set search_path = ''
      as $$ begin return ''; end $$;
    create function public.writes_rows_of_admission() returns text
      language plpgsql security definer set search_path = '' set enable_seqscan = off
      as $$
    begin
      perform set_config('synchronous_commit', 'off', true);
      update public.floor_scopes set running = running + 1, empty_at = empty_at + 1
        where scope = any ('{user:a,organization:b}');
      update public.floor_windows set reserved = reserved + 0.01 where id = any ('{1,2,3,4,5,6}');
      insert into public.floor_leases (id, scope, other_scope, window_ids, reserve, expires_at)
        values (gen_random_uuid(), 'user:a', 'organization:b', '{1,2,3,4,5,6}', 0.01, clock_timestamp());
      return '';
    end $$`);
}
