-- A call counts in every window of its scopes that is open, whether its own limits name it or not: a budget that was taken away
-- and set again, or whose days began elsewhere for a while, has missed nothing. Calls that run when a window is made join it.
-- Batches are decided by sums for each scope, whoever asks by which object, and a tally that begins brings the bucket to its rate.
ALTER TABLE "private"."admission_leases" ADD COLUMN "admitted_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "private"."admission_leases" ALTER COLUMN "admitted_at" DROP DEFAULT;--> statement-breakpoint
-- They count in too few windows.
select private.fold_tallies(array(select a.scope from private.admission_scopes a));
--> statement-breakpoint
CREATE OR REPLACE FUNCTION private.budget_window_id(p_scope text, p_period text, p_start_ms double precision, p_end_ms double precision)
 RETURNS bigint
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  starts timestamptz := to_timestamp(p_start_ms / 1000);
  ends timestamptz := to_timestamp(p_end_ms / 1000);
  found_id bigint;
  is_new boolean := false;
begin
  loop
    select w.id into found_id from private.budget_windows w
      where w.scope = p_scope and w.period = p_period and w.starts_at = starts;
    exit when found;
    insert into private.budget_windows (scope, period, starts_at, ends_at, spent)
      values (p_scope, p_period, starts, ends, private.ledger_cost(p_scope, starts, ends))
      on conflict do nothing;
    is_new := true;
  end loop;
  if is_new then
    -- Whoever makes a window of their other scope meanwhile is waited for before this is read, in one order.
    perform from private.admission_leases l
      where (l.scope = p_scope or l.other_scope = p_scope) and l.admitted_at >= starts and l.admitted_at < ends
      order by l.id for no key update;
    -- Calls that run are in no ledger yet: what they cost is booked here, too.
    with joined as (
      update private.admission_leases l
        set window_ids = array(select w.id from private.budget_windows w where w.id = any (l.window_ids || found_id)
          order by w.scope is not distinct from l.other_scope, w.id)
        where (l.scope = p_scope or l.other_scope = p_scope) and l.admitted_at >= starts and l.admitted_at < ends
        returning l.reserve
    )
    update private.budget_windows w set reserved = w.reserved + (select coalesce(sum(j.reserve), 0) from joined j)
      where w.id = found_id;
  end if;
  return found_id;
end $function$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION private.settlement_windows(p_settlement jsonb, p_limits jsonb[], p_counts integer[])
 RETURNS bigint[]
 LANGUAGE plpgsql
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  windows jsonb := p_settlement -> 3;
  ids bigint[] := '{}';
  at_budget integer := 0;
  known integer;
  call_at timestamptz;
begin
  for place in 0 .. jsonb_array_length(p_settlement -> 2) - 1 loop
    known := (p_settlement -> 2 ->> place)::integer + 1;
    call_at := (p_settlement -> 4 ->> 'started_at')::timestamptz;
    for budget in 0 .. p_counts[known] - 1 loop
      ids := ids || private.budget_window_id(p_limits[known] ->> 's', p_limits[known] -> 'w' -> budget ->> 0,
        (windows -> at_budget ->> 0)::double precision, (windows -> at_budget ->> 1)::double precision);
      -- A call may have begun a moment before the window that it was admitted in.
      call_at := greatest(call_at, to_timestamp((windows -> at_budget ->> 0)::double precision / 1000));
      at_budget := at_budget + 1;
    end loop;
    ids := ids || array(select w.id from private.budget_windows w where w.scope = p_limits[known] ->> 's'
      and w.starts_at <= call_at and w.ends_at > call_at and w.id <> all (ids));
  end loop;
  return ids;
end $function$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION private.admit_call(p_call text, p_batch text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  parts text[] := string_to_array(p_call, '|', '');
  call_id uuid := parts[1];
  reserve numeric := parts[2];
  one text := parts[4];
  other text := parts[6];
  one_lock bigint := hashtextextended(one, 7);
  other_lock bigint := hashtextextended(coalesce(other, one), 7);
  done boolean;
  at timestamptz;
  now_ms double precision;
  ends_at timestamptz;
  one_ids bigint[]; other_ids bigint[];
  one_told text; other_told text;
begin
  -- Assignments instead of statements: each of those takes as long as several of these.
  done := set_config('synchronous_commit', 'off', true) is null;
  done := pg_advisory_xact_lock(least(one_lock, other_lock)) is null;
  done := pg_advisory_xact_lock(greatest(one_lock, other_lock)) is null;
  at := private.admission_now();
  now_ms := extract(epoch from at) * 1000;
  ends_at := at + parts[3]::double precision * interval '1 millisecond';
  update private.admission_scopes a set running = a.running + 1,
      empty_at = case when a.tally_step_ms = 0 then a.empty_at else greatest(a.empty_at, now_ms) + a.tally_step_ms end,
      next_end = least(a.next_end, ends_at), tally_reserved = a.tally_reserved + reserve, tally_left = a.tally_left - reserve
    where a.scope = one and a.tally_rule = parts[5] and a.next_end > at
        and a.running < a.tally_slots and a.empty_at - a.tally_burst_ms <= now_ms
        and a.tally_left >= reserve
      and (other is null or exists (select from private.admission_scopes b where b.scope = other
        and b.tally_rule = parts[7] and b.next_end > at
        and b.running < b.tally_slots and b.empty_at - b.tally_burst_ms <= now_ms
        and b.tally_left >= reserve))
      and not exists (select from private.admission_leases k where k.id = call_id)
      and not exists (select from private.pending_calls k where k.id = call_id)
      and not exists (select from private.settled_calls k where k.id = call_id)
    returning a.tally_window_ids, concat('[', a.tally_figures, ',"', a.tally_spent, '","', a.tally_reserved, '"]') into one_ids, one_told;
  if one_ids is null then return private.admit_one_by_one(p_batch); end if;
  if other is not null then
    update private.admission_scopes a set running = a.running + 1,
      empty_at = case when a.tally_step_ms = 0 then a.empty_at else greatest(a.empty_at, now_ms) + a.tally_step_ms end,
      next_end = least(a.next_end, ends_at), tally_reserved = a.tally_reserved + reserve, tally_left = a.tally_left - reserve
      where a.scope = other
      returning a.tally_window_ids, ',' || concat('[', a.tally_figures, ',"', a.tally_spent, '","', a.tally_reserved, '"]') into other_ids, other_told;
  end if;
  insert into private.admission_leases (id, scope, other_scope, window_ids, reserve, admitted_at, expires_at)
    values (call_id, one, other, one_ids || other_ids, reserve, at, ends_at);
  return '{"t":[' || one_told || coalesce(other_told, '') || ']}';
end $function$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION private.admit_calls(p text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
 SET plan_cache_mode TO 'force_generic_plan'
AS $function$
declare
  parts text[] := string_to_array(p, '|');
  -- Each scope once, whatever calls ask of it: those that cost nothing are counted beside those that do.
  l_scope text[] := parts[14]::text[];
  answer text;
begin
  perform set_config('synchronous_commit', 'off', true);
  perform private.lock_scopes(parts[1]::text[]);
  -- Where all that is asked for fits, it makes no difference who was first, so sums decide. Otherwise this writes nothing.
  if cardinality(parts) > 13 then
    with t as materialized (
      select n.at, extract(epoch from n.at)::double precision * 1000 as now_ms
        from (select private.admission_now() as at offset 0) n
    ), s as materialized (
      select u.place, a.scope, a.tally_window_ids, a.tally_figures, a.tally_spent, a.running + u.calls as running,
          case when a.tally_step_ms = 0 then a.empty_at else greatest(a.empty_at, t.now_ms) + u.calls * a.tally_step_ms end as empty_at,
          least(a.next_end, t.at + u.lease_ms * interval '1 millisecond') as next_end, a.tally_reserved + u.reserve as tally_reserved,
          a.tally_left - u.reserve as tally_left
        from t, unnest(l_scope, parts[15]::text[], parts[16]::integer[], parts[17]::numeric[], parts[18]::double precision[])
          with ordinality as u (scope, rule, calls, reserve, lease_ms, place)
        join private.admission_scopes a on a.scope = u.scope
        where a.tally_rule = u.rule and a.next_end > t.at
          and u.calls > 0 and a.running + u.calls <= a.tally_slots
          and greatest(a.empty_at, t.now_ms) + (u.calls - 1) * a.tally_step_ms - a.tally_burst_ms <= t.now_ms
          and u.reserve >= 0 and a.tally_left >= u.reserve
    ), r as materialized (
      select u.id, u.reserve, t.at + u.lease_ms * interval '1 millisecond' as expires_at, u.one, u.other
        from t, unnest(parts[10]::uuid[], parts[11]::numeric[], parts[19]::double precision[], parts[20]::integer[],
          parts[21]::integer[]) as u (id, reserve, lease_ms, one, other)
    ), fits as materialized (
      select true as yes
        where (select count(*) from s) = cardinality(l_scope)
          and not exists (select from r, t
            where r.reserve < 0 or r.reserve >= 'Infinity' or r.expires_at <= t.at
              or (select true from private.admission_leases k where k.id = r.id offset 0)
              or (select true from private.pending_calls k where k.id = r.id offset 0)
              or (select true from private.settled_calls k where k.id = r.id offset 0))
    ), counted as (
      update private.admission_scopes a set running = s.running, empty_at = s.empty_at, next_end = s.next_end,
          tally_reserved = s.tally_reserved, tally_left = s.tally_left
        from fits, s where a.scope = s.scope
    ), leased as (
      insert into private.admission_leases (id, scope, other_scope, window_ids, reserve, admitted_at, expires_at)
        select r.id, l_scope[r.one], l_scope[r.other], one.tally_window_ids || other.tally_window_ids, r.reserve, t.at, r.expires_at
          from fits, t, r
          join s one on one.place = r.one
          left join s other on other.place = r.other
    )
    select '{"t":[' || string_agg(concat('[', s.tally_figures, ',"', s.tally_spent, '","', s.tally_reserved, '"]'), ',' order by s.place) || ']}'
      into answer from fits, s;
  end if;
  return coalesce(answer, private.admit_one_by_one(p));
end $function$;
