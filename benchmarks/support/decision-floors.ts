import type { SqlClient } from "@ai-config/db";

/** What any decision in the database takes at least, each by itself. */
export const DECISION_FLOORS = [
  ["a function that does nothing", "select public.does_nothing()"],
  ["the three rows of an admission, written", "select public.writes_rows_of_admission()"],
  ["one update by its key, on disk", "update public.naive_counter set spent = spent + 0.01 where id = 1"],
] as const;

/**
 * Makes them: tables like those of the admission, and functions that look at nothing and decide nothing. Of two scopes
 * an admission writes three rows, and does not wait for the disk.
 */
export async function makeDecisionFloors(owner: SqlClient): Promise<void> {
  await owner.unsafe(`
    create table public.naive_counter (id int primary key, spent numeric not null);
    insert into public.naive_counter values (1, 0);
    create table public.floor_scopes (like private.admission_scopes including all) with (fillfactor = 50);
    create table public.floor_leases (like private.admission_leases including all);
    insert into public.floor_scopes (scope) values ('user:a'), ('organization:b');
    create function public.does_nothing() returns text language plpgsql security definer set search_path = ''
      as $$ begin return ''; end $$;
    create function public.writes_rows_of_admission() returns text
      language plpgsql security definer set search_path = '' set enable_seqscan = off
      as $$
    declare
      done boolean;
    begin
      done := set_config('synchronous_commit', 'off', true) is null;
      update public.floor_scopes set running = running + 1, tally_reserved = tally_reserved + 0.01 where scope = 'user:a';
      update public.floor_scopes set running = running + 1, tally_reserved = tally_reserved + 0.01
        where scope = 'organization:b';
      insert into public.floor_leases (id, scope, other_scope, window_ids, reserve, admitted_at, expires_at)
        values (gen_random_uuid(), 'user:a', 'organization:b', '{1,2,3,4,5,6}', 0.01, clock_timestamp(), clock_timestamp());
      return '';
    end $$`);
}
