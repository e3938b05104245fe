alter function private.admit_calls(text) rename to admit_one_by_one;
--> statement-breakpoint
create function private.admit_calls(p text) returns text
language plpgsql security definer
set search_path to '' set enable_seqscan to off set plan_cache_mode to force_generic_plan
as $function$
declare
  parts text[] := string_to_array(p, '|');
  l_scope text[] := parts[2]::text[];
  t_due numeric[];
  t_key text[];
  answer text;
begin
  -- An admission that a crash of the server takes along lasted no longer than its call, which is booked all the same.
  perform set_config('synchronous_commit', 'off', true);
  perform private.lock_scopes(parts[1]::text[]);
  -- Where all that is asked for fits, it makes no difference who was first, so sums decide. Otherwise this writes nothing.
  if cardinality(parts) > 12 then
    t_due := parts[8]::numeric[];
    t_key := parts[9]::text[];
    with t as materialized (
      select n.at, extract(epoch from n.at)::double precision * 1000 as now_ms
        from (select private.admission_now() as at offset 0) n
    ), s as materialized (
      select a.scope, a.running + u.calls as running,
          case when u.every is null then a.empty_at else greatest(a.empty_at, t.now_ms) + u.calls * u.every end as empty_at,
          least(a.next_end, t.at + u.lease_ms * interval '1 millisecond') as next_end
        from t, unnest(l_scope, parts[13]::double precision[], parts[14]::double precision[],
          parts[15]::integer[], parts[16]::integer[], parts[17]::double precision[])
          as u (scope, every, burst, slots, calls, lease_ms)
        join private.admission_scopes a on a.scope = u.scope
        where a.next_end > t.at
          and (u.every is null or (a.interval_ms = u.every
            and greatest(a.empty_at, t.now_ms) + (u.calls - 1 - u.burst) * u.every <= t.now_ms))
          and (u.slots is null or a.running + u.calls <= u.slots)
    ), w as materialized (
      select b.id, c.place, c.candidate, b.spent, b.reserved + c.reserve as reserved, c.start_ms, c.end_ms
        from t, unnest(parts[18]::integer[], parts[19]::text[], parts[20]::double precision[],
          parts[21]::double precision[], parts[22]::numeric[], parts[23]::numeric[], parts[24]::integer[],
          parts[25]::integer[]) with ordinality
          as c (place, period, start_ms, end_ms, reserve, most, first_due, last_due, candidate)
        join private.budget_windows b on b.scope = l_scope[c.place] and b.period = c.period
          and b.starts_at = to_timestamp(c.start_ms / 1000)
        where c.start_ms <= t.now_ms and t.now_ms < c.end_ms
          and b.spent + b.reserved + c.reserve <= c.most
          and not exists (select from generate_series(c.first_due, c.last_due) as d
            where t_due[d] <= b.spent
              and position(';' || t_key[d] || ';' in b.alerted) = 0)
    ), g as materialized (
      select w.place, array_agg(w.id order by w.candidate) as ids from w group by w.place
    ), fits as materialized (
      select true as yes
        where (select count(*) from s) = cardinality(l_scope)
          and (select count(*) from w) = cardinality(parts[4]::text[])
          and not exists (select from unnest(parts[10]::uuid[]) as r (id)
            where (select true from private.admission_leases l where l.id = r.id offset 0)
              or (select true from public.ai_call_ledger l where l.id = r.id offset 0))
    ), counted as (
      update private.admission_scopes a set running = s.running, empty_at = s.empty_at, next_end = s.next_end
        from fits, s where a.scope = s.scope
    ), held as (
      update private.budget_windows b set reserved = w.reserved from fits, w where b.id = w.id
    ), leased as (
      insert into private.admission_leases (id, scope, other_scope, window_ids, reserve, expires_at)
        select r.id, l_scope[r.one], l_scope[r.other],
            coalesce(one.ids, '{}') || coalesce(other.ids, '{}'), r.reserve, t.at + r.lease_ms * interval '1 millisecond'
          from fits, t, unnest(parts[10]::uuid[], parts[11]::numeric[], parts[26]::double precision[],
            parts[27]::integer[], parts[28]::integer[]) as r (id, reserve, lease_ms, one, other)
          left join g one on one.place = r.one
          left join g other on other.place = r.other
    )
    select '{"f":[' || coalesce(string_agg('["' || trim_scale(w.spent) || '","' || trim_scale(w.reserved) || '",'
        || w.start_ms || ',' || w.end_ms || ']', ',' order by w.candidate), '') || ']}'
      into answer from fits left join w on true group by fits.yes;
  end if;
  return coalesce(answer, private.admit_one_by_one(p));
end $function$;
--> statement-breakpoint
revoke execute on function private.admit_calls(text) from public, anon, authenticated, service_role;
--> statement-breakpoint
revoke execute on function private.admit_one_by_one(text) from ai_config_app;
--> statement-breakpoint
grant execute on function private.admit_calls(text) to ai_config_app;
