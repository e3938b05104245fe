-- Leases and windows are looked up by their keys. A join was planned by what the server knew of a table, which is small at first,
-- and plans are kept: a settlement read every lease that had not ended, and a renewal the whole table.
CREATE OR REPLACE FUNCTION private.settle_calls(p text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  calls jsonb := p::jsonb;
  at timestamptz;
  s_id uuid[]; s_cost numeric[]; s_booked uuid[];
  w_id bigint[]; w_cost numeric[]; w_reserve numeric[];
  is_plain boolean;
  answer text;
begin
  perform private.lock_scopes(array(select l.value ->> 's' from jsonb_array_elements(calls -> 'l') as l));
  at := private.admission_now();
  select array_agg((s.value ->> 0)::uuid), array_agg((s.value ->> 1)::numeric) into s_id, s_cost
    from jsonb_array_elements(calls -> 's') as s;
  -- Where each call still has its lease and no alert is due, sums are all that is to be written.
  with l as materialized (
    select x.id, x.window_ids, x.reserve, s.cost
      from unnest(s_id, s_cost) as s (id, cost)
      cross join lateral (select k.id, k.window_ids, k.reserve, k.expires_at
        from private.admission_leases k where k.id = s.id offset 0) x
      where x.expires_at > at
  ), d as materialized (
    select u.id, sum(l.cost) as cost, sum(l.reserve) as reserve from l, unnest(l.window_ids) as u (id) group by u.id
  ), w as materialized (
    select b.id, b.scope, b.period, b.starts_at, b.ends_at, b.alerted, d.cost, d.reserve,
        b.spent + d.cost as spent, b.reserved - d.reserve as reserved
      from d join private.budget_windows b on b.id = d.id
  )
  select (select count(distinct l.id) from l) = cardinality(s_id) and not exists (
      select from jsonb_array_elements(calls -> 'l') as m, jsonb_array_elements(m.value -> 'w') as b
        join w on w.period = b.value ->> 0
        where w.scope = m.value ->> 's' and exists (select from jsonb_array_elements(b.value -> 3) as t
          where (t.value ->> 1)::numeric <= w.spent and position(';' || (t.value ->> 0) || ';' in w.alerted) = 0)
    ), array_agg(w.id), array_agg(w.cost), array_agg(w.reserve),
    coalesce(string_agg('["' || w.scope || '","' || w.period || '","' || trim_scale(w.spent) || '","'
      || trim_scale(w.reserved) || '",' || extract(epoch from w.starts_at) * 1000 || ','
      || extract(epoch from w.ends_at) * 1000 || ']', ','), '')
    into is_plain, w_id, w_cost, w_reserve, answer from w;
  if not is_plain then return private.settle_one_by_one(p); end if;

  s_booked := private.write_usage_events(calls -> 's', at);
  if cardinality(s_booked) <> cardinality(s_id) then
    raise exception 'A call with a lease is booked already.' using errcode = 'XX000';
  end if;
  with gone as (
    delete from private.admission_leases l where l.id = any (s_id) returning l.scope, l.other_scope
  ), freed as (
    update private.admission_scopes a set running = a.running - d.calls
      from (select u.scope, count(*)::integer as calls from gone, unnest(array[gone.scope, gone.other_scope]) as u (scope)
        where u.scope is not null group by u.scope) d
      where a.scope = d.scope
  )
  update private.budget_windows b set spent = b.spent + u.cost, reserved = b.reserved - u.reserve
    from unnest(w_id, w_cost, w_reserve) as u (id, cost, reserve) where b.id = u.id;
  return '{"w":[' || answer || ']}';
end $function$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION private.renew_calls(p_ids uuid[], p_lease_ms double precision)
 RETURNS uuid[]
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  at timestamptz := private.admission_now();
  renewed uuid[];
begin
  with free as materialized (
    select x.id from unnest(p_ids) as u (id)
      cross join lateral (select l.id from private.admission_leases l
        where l.id = u.id and l.expires_at > at for no key update skip locked) x
  ), kept as (
    update private.admission_leases l
      set expires_at = greatest(l.expires_at, at + p_lease_ms * interval '1 millisecond')
      from free where l.id = free.id returning l.id
  ) select coalesce(array_agg(kept.id), '{}') into renewed from kept;
  return renewed;
end $function$;
--> statement-breakpoint
alter function private.free_expired_leases(text[]) set enable_seqscan = off;
--> statement-breakpoint
alter function private.budget_figures(text) set enable_seqscan = off;
