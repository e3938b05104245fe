-- Writes into the windows of these scopes what their tallies hold, and ends the tallies. Their locks are held.
create function private.fold_tallies(p_scopes text[]) returns void
language plpgsql set search_path to '' set enable_seqscan to 'off'
as $$
begin
  update private.budget_windows w set spent = w.spent + t.spent, reserved = w.reserved + t.reserved
    from (select u.id, a.tally_spent as spent, a.tally_reserved as reserved
      from private.admission_scopes a cross join unnest(a.tally_window_ids) as u (id)
      where a.scope = any (p_scopes) and a.tally_rule is not null and (a.tally_spent <> 0 or a.tally_reserved <> 0)) t
    where w.id = t.id;
  update private.admission_scopes a set tally_rule = null, tally_spent = 0, tally_reserved = 0, tally_window_ids = '{}'
    where a.scope = any (p_scopes) and a.tally_rule is not null;
end $$;
--> statement-breakpoint
revoke execute on function private.fold_tallies(text[]) from public, anon, authenticated, service_role;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION private.free_expired_leases(p_scopes text[])
 RETURNS integer
 LANGUAGE plpgsql
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  at timestamptz := private.admission_now();
  ids uuid[];
  wanted text[];
  held text[];
  freed integer;
begin
  if p_scopes is null then
    ids := array(select l.id from private.admission_leases l where l.expires_at <= at order by l.expires_at limit 500);
  else
    ids := array(select l.id from private.admission_leases l where l.expires_at <= at and l.scope = any (p_scopes))
      || array(select l.id from private.admission_leases l where l.expires_at <= at and l.other_scope = any (p_scopes));
  end if;
  select array_agg(distinct u.scope) into wanted
    from unnest(ids) as e (id)
    cross join lateral (select k.scope, k.other_scope from private.admission_leases k where k.id = e.id offset 0) l
    cross join unnest(array[l.scope, l.other_scope]) as u (scope)
    where u.scope is not null;
  wanted := coalesce(wanted, '{}') || coalesce(p_scopes, '{}');
  if cardinality(wanted) = 0 then return 0; end if;
  if p_scopes is null then
    perform private.lock_scopes(wanted);
    held := wanted;
  else
    select array_agg(u.scope) into held from unnest(wanted) as u (scope)
      where u.scope = any (p_scopes) or pg_try_advisory_xact_lock(hashtextextended(u.scope, 7));
  end if;
  perform private.fold_tallies(held);
  with dead as (
    delete from private.admission_leases l
      where l.id = any (ids) and l.expires_at <= at and l.scope in (select unnest(held))
        and (l.other_scope is null or l.other_scope in (select unnest(held)))
      returning l.scope, l.other_scope, l.window_ids, l.reserve
  ), freed_windows as (
    update private.budget_windows w set reserved = w.reserved - d.reserve
      from (select u.id, sum(dead.reserve) as reserve from dead, unnest(dead.window_ids) as u (id) group by u.id) d
      where w.id = d.id
  ), freed_scopes as (
    update private.admission_scopes a set running = a.running - d.calls
      from (select u.scope, count(*)::integer as calls from dead, unnest(array[dead.scope, dead.other_scope]) as u (scope)
        where u.scope is not null group by u.scope) d
      where a.scope = d.scope
  )
  select count(*)::integer into freed from dead;
  update private.admission_scopes a set next_end = coalesce(least(
      (select case when n.scope = a.scope then n.expires_at end from (
        select l.scope, l.expires_at from private.admission_leases l where l.scope >= a.scope
          order by l.scope, l.expires_at limit 1) n),
      (select case when n.other_scope = a.scope then n.expires_at end from (
        select l.other_scope, l.expires_at from private.admission_leases l where l.other_scope >= a.scope
          order by l.other_scope, l.expires_at limit 1) n)), 'infinity')
    where a.scope = any (held);
  return freed;
end $function$;
--> statement-breakpoint
-- What a window holds is its row and the tally that names it. One that is not made yet holds what the ledger has of it.
create or replace function private.budget_figures(p text) returns text
language plpgsql security definer set search_path to '' set enable_seqscan to 'off'
as $$
declare
  now_ms double precision := extract(epoch from private.admission_now()) * 1000;
  answers text;
begin
  if exists (select from private.pending_calls p where p.problem is null) and exists (
    select from jsonb_array_elements(p::jsonb) as b where not exists (
      select from jsonb_array_elements(b.value -> 2) as c
        join private.budget_windows w on w.scope = b.value ->> 0 and w.period = b.value ->> 1
          and w.starts_at = to_timestamp((c.value ->> 0)::double precision / 1000)
        where (c.value ->> 0)::double precision <= now_ms and now_ms < (c.value ->> 1)::double precision))
  then
    while private.write_pending_calls(null) > 0 loop end loop;
  end if;
  select string_agg(coalesce((
      select '["' || trim_scale(case
            when w.id is null then private.ledger_cost(b.value ->> 0, to_timestamp(c.start_ms / 1000), to_timestamp(c.end_ms / 1000))
            when w.id = any (a.tally_window_ids) then w.spent + a.tally_spent
            else w.spent end)
          || '","' || trim_scale(case
            when w.id is null then 0
            when w.id = any (a.tally_window_ids) then w.reserved + a.tally_reserved
            else w.reserved end)
          || '",' || c.start_ms || ',' || c.end_ms || ']'
        from (select (e.value ->> 0)::double precision as start_ms, (e.value ->> 1)::double precision as end_ms
          from jsonb_array_elements(b.value -> 2) as e) c
        left join private.budget_windows w on w.scope = b.value ->> 0 and w.period = b.value ->> 1
          and w.starts_at = to_timestamp(c.start_ms / 1000)
        left join private.admission_scopes a on a.scope = w.scope
        where c.start_ms <= now_ms and now_ms < c.end_ms limit 1
    ), 'null'), ',' order by b.place) into answers
    from jsonb_array_elements(p::jsonb) with ordinality as b (value, place);
  return '[' || coalesce(answers, '') || ']';
end $$;
