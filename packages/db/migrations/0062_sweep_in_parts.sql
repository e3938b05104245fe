-- A sweep frees what at most 500 ended calls held: with the scopes of all of them in one transaction, the locks of a server
-- ran out after some thousand people, and nothing was ever freed. Whoever sweeps asks again until there is nothing left.
-- And the next lease of a scope to end is the first at its place in either index. Where the condition was that the scope is
-- the one or the other, the leases of everybody were read for each scope, and with one for each key they still may be, by a
-- plan from a moment when there were few.
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
end $function$
