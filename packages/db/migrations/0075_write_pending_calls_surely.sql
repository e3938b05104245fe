ALTER TABLE "private"."pending_calls" ADD COLUMN "user_id" uuid;--> statement-breakpoint
ALTER TABLE "private"."pending_calls" ADD COLUMN "organization_id" uuid;--> statement-breakpoint
ALTER TABLE "private"."pending_calls" ADD COLUMN "started_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "pending_calls_user_idx" ON "private"."pending_calls" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "pending_calls_organization_idx" ON "private"."pending_calls" USING btree ("organization_id") WHERE "private"."pending_calls"."organization_id" is not null;
--> statement-breakpoint
-- Records that are there already are left alone.
ALTER TABLE "ai_usage_events" ADD CONSTRAINT "ai_usage_events_texts_check" CHECK (char_length("model_asked") <= 200 and char_length("model_served") <= 200
        and char_length("api_version") <= 200 and char_length("experiment_variant") <= 200
        and char_length("configuration_version") <= 200 and char_length("error_type") <= 200
        and char_length("stop_reason") <= 200) NOT VALID;
--> statement-breakpoint
-- One that says not even whose it is waits for whoever puts it right.
do $$
declare
  waiting private.pending_calls;
begin
  for waiting in select * from private.pending_calls loop
    begin
      update private.pending_calls p
        set user_id = (p.record::jsonb ->> 'user_id')::uuid, organization_id = (p.record::jsonb ->> 'organization_id')::uuid,
          started_at = (p.record::jsonb ->> 'started_at')::timestamptz
        where p.id = waiting.id;
    exception when data_exception then
      raise warning 'Whose call % is cannot be read.', waiting.id;
    end;
  end loop;
end $$;
--> statement-breakpoint
-- With what is booked and waits for the ledger, also where that does not take it: what is read needs nothing to be written
-- first. All of it is read at one moment, at which a record is either here or there.
CREATE OR REPLACE FUNCTION private.ledger_cost(p_scope text, p_from timestamp with time zone, p_to timestamp with time zone)
 RETURNS numeric
 LANGUAGE plpgsql
 STABLE
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  owner uuid := split_part(p_scope, ':', 2);
  first_hour timestamptz := least(p_to, date_trunc('hour', p_from + interval '1 hour' - interval '1 microsecond', 'UTC'));
  last_hour timestamptz := greatest(first_hour, date_trunc('hour', p_to, 'UTC'));
  first_day timestamptz := least(last_hour, date_trunc('day', first_hour + interval '1 day' - interval '1 microsecond', 'UTC'));
  last_day timestamptz := greatest(first_day, date_trunc('day', last_hour, 'UTC'));
  answer numeric;
begin
  if split_part(p_scope, ':', 1) = 'user' then
    select sum(x.cost) into answer from (
      select d.cost from public.ai_usage_daily d where d.user_id = owner and d.starts_at >= first_day and d.starts_at < last_day
      union all
      select h.cost from public.ai_usage_hourly h where h.user_id = owner and h.starts_at >= first_hour and h.starts_at < first_day
      union all
      select h.cost from public.ai_usage_hourly h where h.user_id = owner and h.starts_at >= last_day and h.starts_at < last_hour
      union all
      select e.cost from public.ai_usage_events e where e.user_id = owner and e.started_at >= p_from and e.started_at < first_hour
      union all
      select e.cost from public.ai_usage_events e where e.user_id = owner and e.started_at >= last_hour and e.started_at < p_to
      union all
      select p.cost from private.pending_calls p where p.user_id = owner and p.started_at >= p_from and p.started_at < p_to
        and not exists (select from private.settled_calls k where k.id = p.id)) x;
  else
    select sum(x.cost) into answer from (
      select d.cost from public.ai_usage_daily d where d.organization_id = owner and d.starts_at >= first_day and d.starts_at < last_day
      union all
      select h.cost from public.ai_usage_hourly h where h.organization_id = owner and h.starts_at >= first_hour and h.starts_at < first_day
      union all
      select h.cost from public.ai_usage_hourly h where h.organization_id = owner and h.starts_at >= last_day and h.starts_at < last_hour
      union all
      select e.cost from public.ai_usage_events e where e.organization_id = owner and e.started_at >= p_from and e.started_at < first_hour
      union all
      select e.cost from public.ai_usage_events e where e.organization_id = owner and e.started_at >= last_hour and e.started_at < p_to
      union all
      select p.cost from private.pending_calls p where p.organization_id = owner and p.started_at >= p_from and p.started_at < p_to
        and not exists (select from private.settled_calls k where k.id = p.id)) x;
  end if;
  return coalesce(answer, 0);
end $function$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION private.budget_figures(p text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  now_ms double precision := extract(epoch from private.admission_now()) * 1000;
  answers text;
begin
  select string_agg(coalesce((
      select '["' || trim_scale(case
            when w.id is null then private.ledger_cost(b.value ->> 0, to_timestamp(c.start_ms / 1000), to_timestamp(c.end_ms / 1000))
            when w.id = any (a.tally_window_ids) then w.spent + a.tally_spent
            else w.spent end)
          || '","' || trim_scale(case
            -- What runs will join the window as soon as somebody is judged by it.
            when w.id is null then (select coalesce(sum(l.reserve), 0) from private.admission_leases l
              where (l.scope = b.value ->> 0 or l.other_scope = b.value ->> 0) and l.expires_at > private.admission_now()
                and l.admitted_at >= to_timestamp(c.start_ms / 1000) and l.admitted_at < to_timestamp(c.end_ms / 1000))
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
end $function$;
--> statement-breakpoint
create or replace function private.spent_in_windows(p text) returns text
language plpgsql security definer set search_path to ''
as $$
begin
  return (
    select coalesce(json_agg(trim_scale(private.ledger_cost(w.value ->> 0, to_timestamp((w.value ->> 1)::double precision / 1000),
        to_timestamp((w.value ->> 2)::double precision / 1000)))::text order by w.place), '[]')::text
      from jsonb_array_elements(p::jsonb) with ordinality as w (value, place));
end $$;
--> statement-breakpoint
-- Writes the records of calls that wait to the ledger. Whoever calls it holds the lock of those who write there.
create function private.write_records(p_ids uuid[]) returns void
language plpgsql set search_path to '' set enable_seqscan to 'off'
as $$
declare
  at timestamptz := private.admission_now();
  one uuid;
begin
  -- Also in an admission, which waits for no disk: whoever finds its records written here takes that for a sign that they are
  -- on disk, as they are when the lock is free again.
  perform set_config('synchronous_commit', 'on', true);
  begin
    perform private.write_usage_events((
      select jsonb_agg(jsonb_build_array(p.id, p.cost::text, null, null, p.record::jsonb, p.settled_at))
        from private.pending_calls p where p.id = any (p_ids)), at);
    delete from private.pending_calls p where p.id = any (p_ids);
  exception when data_exception or integrity_constraint_violation or program_limit_exceeded then
    -- One of them is none that the ledger takes: the others are written alone, and it waits for somebody to look at it.
    foreach one in array p_ids loop
      begin
        perform private.write_usage_events((
          select jsonb_build_array(jsonb_build_array(p.id, p.cost::text, null, null, p.record::jsonb, p.settled_at))
            from private.pending_calls p where p.id = one), at);
        delete from private.pending_calls p where p.id = one;
      exception when data_exception or integrity_constraint_violation or program_limit_exceeded then
        raise warning 'The ledger does not take call %: %', one, sqlstate;
        update private.pending_calls p set problem = sqlstate where p.id = one;
      end;
    end loop;
  end;
end $$;
--> statement-breakpoint
create or replace function private.write_pending_calls(p_ids uuid[]) returns integer
language plpgsql security definer set search_path to '' set enable_seqscan to 'off'
as $$
declare
  taken uuid[];
begin
  if p_ids is null and not exists (select from private.pending_calls p where p.problem is null) then return 0; end if;
  perform pg_advisory_xact_lock(hashtextextended('ledger', 7));
  if p_ids is null then
    taken := array(select p.id from private.pending_calls p where p.problem is null limit 500);
  else
    taken := array(select p.id from private.pending_calls p where p.id = any (p_ids) and p.problem is null);
  end if;
  if cardinality(taken) > 0 then perform private.write_records(taken); end if;
  return cardinality(taken);
end $$;
--> statement-breakpoint
-- Writes a portion of what waits of these scopes, and answers how many these were: fewer than 500 when there are no more. In
-- a transaction of its own, so that the next portion begins where this one ended whatever becomes of it.
create function private.write_pending_calls_of(p_scopes text[]) returns integer
language plpgsql security definer set search_path to '' set enable_seqscan to 'off'
as $$
declare
  users uuid[] := array(select split_part(s, ':', 2)::uuid from unnest(p_scopes) as s where split_part(s, ':', 1) = 'user');
  organizations uuid[] := array(select split_part(s, ':', 2)::uuid from unnest(p_scopes) as s where split_part(s, ':', 1) = 'organization');
  taken uuid[];
begin
  if not exists (select from private.pending_calls p
      where p.problem is null and (p.user_id = any (users) or p.organization_id = any (organizations))) then
    return 0;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('ledger', 7));
  taken := array(select p.id from private.pending_calls p
    where p.problem is null and (p.user_id = any (users) or p.organization_id = any (organizations)) limit 500);
  if cardinality(taken) > 0 then perform private.write_records(taken); end if;
  return cardinality(taken);
end $$;
--> statement-breakpoint
-- Writes the records of calls that were booked a moment ago, and answers the ids that nothing is known of: a server that
-- crashed has lost them. All others are on disk, as is what was booked before them.
create function private.write_settled_calls(p_ids uuid[]) returns uuid[]
language plpgsql security definer set search_path to '' set enable_seqscan to 'off'
as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('ledger', 7));
  perform private.write_pending_calls(p_ids);
  return array(select u.id from unnest(p_ids) as u (id)
    where not exists (select from private.settled_calls k where k.id = u.id)
      and not exists (select from private.pending_calls k where k.id = u.id));
end $$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION private.settle_call(p_call text, p_limits text, p_record text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  parts text[] := string_to_array(p_call, '|', '');
  call_id uuid := parts[1];
  cost numeric := parts[2];
  one text := parts[3];
  other text := parts[5];
  one_lock bigint := hashtextextended(one, 7);
  other_lock bigint := hashtextextended(coalesce(other, one), 7);
  done boolean;
  at timestamptz;
  lease private.admission_leases;
  one_told text; other_told text;
begin
  done := pg_advisory_xact_lock(least(one_lock, other_lock)) is null;
  done := pg_advisory_xact_lock(greatest(one_lock, other_lock)) is null;
  at := private.admission_now();
  delete from private.admission_leases k
    where k.id = call_id and k.scope = one and k.other_scope is not distinct from other and k.expires_at > at
    returning k.* into lease;
  if lease.id is not null then
    update private.admission_scopes a set running = a.running - 1, tally_reserved = a.tally_reserved - lease.reserve, tally_spent = a.tally_spent + cost,
      tally_left = a.tally_left + lease.reserve - cost
      where a.scope = one and a.tally_rule = parts[4] and a.tally_spent + cost < a.tally_due and cost >= 0
        and case when other is null then lease.window_ids = a.tally_window_ids
          else exists (select from private.admission_scopes b where b.scope = other and b.tally_rule = parts[6]
            and b.tally_spent + cost < b.tally_due and lease.window_ids = a.tally_window_ids || b.tally_window_ids) end
      returning concat('[', a.tally_figures, ',"', a.tally_spent, '","', a.tally_reserved, '"]') into one_told;
    if one_told is null then
      insert into private.admission_leases select lease.*;
    else
      if other is not null then
        update private.admission_scopes a set running = a.running - 1, tally_reserved = a.tally_reserved - lease.reserve, tally_spent = a.tally_spent + cost,
      tally_left = a.tally_left + lease.reserve - cost
          where a.scope = other
          returning concat(',', concat('[', a.tally_figures, ',"', a.tally_spent, '","', a.tally_reserved, '"]')) into other_told;
      end if;
      insert into private.pending_calls (id, settled_at, cost, record, user_id, organization_id, started_at)
        values (call_id, at, cost, p_record, parts[7]::uuid, parts[8]::uuid, parts[9]::timestamptz);
      done := set_config('synchronous_commit', 'off', true) is null;
      return '{"t":[' || one_told || coalesce(other_told, '') || ']}';
    end if;
  end if;
  return private.settle_one_by_one(p_limits || p_record || ']]}');
end $function$;
--> statement-breakpoint
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
  answer text;
begin
  perform private.lock_scopes(array(select l.value ->> 's' from jsonb_array_elements(calls -> 'l') as l));
  -- Where each call has the lease that its tallies know of, sums are all that is to be written. Otherwise this writes nothing.
  with t as materialized (
    select n.at from (select private.admission_now() as at offset 0) n
  ), m as materialized (
    select l.value ->> 's' as scope, l.value ->> 'r' as rule, l.place from jsonb_array_elements(calls -> 'l') with ordinality as l (value, place)
  ), s as materialized (
    select (s.value ->> 0)::uuid as id, (s.value ->> 1)::numeric as cost, s.value -> 4 as record,
        (s.value -> 2 ->> 0)::integer + 1 as one, (s.value -> 2 ->> 1)::integer + 1 as other
      from jsonb_array_elements(calls -> 's') as s
  ), l as materialized (
    select s.id, s.cost, x.reserve, x.window_ids, one.scope as one, other.scope as other
      from t, s join m one on one.place = s.one left join m other on other.place = s.other
      cross join lateral (select k.scope, k.other_scope, k.window_ids, k.reserve, k.expires_at
        from private.admission_leases k where k.id = s.id offset 0) x
      where x.expires_at > t.at and s.cost >= 0 and x.scope = one.scope and x.other_scope is not distinct from other.scope
  ), d as materialized (
    select u.scope, count(*)::integer as calls, sum(l.cost) as cost, sum(l.reserve) as reserve
      from l cross join unnest(array[l.one, l.other]) as u (scope) where u.scope is not null group by u.scope
  ), a as materialized (
    select m.place, x.scope, x.running - d.calls as running, x.tally_spent + d.cost as tally_spent,
        x.tally_reserved - d.reserve as tally_reserved, x.tally_left + d.reserve - d.cost as tally_left, x.tally_window_ids, x.tally_figures
      from d join m on m.scope = d.scope join private.admission_scopes x on x.scope = d.scope
      where x.tally_rule = m.rule and x.tally_spent + d.cost < x.tally_due
  ), fits as materialized (
    select true as yes
      where (select count(distinct l.id) from l) = jsonb_array_length(calls -> 's')
        and (select count(*) from a) = (select count(*) from m)
        and not exists (select from l join a one on one.scope = l.one left join a other on other.scope = l.other
          where l.window_ids <> one.tally_window_ids || other.tally_window_ids)
  ), gone as (
    delete from private.admission_leases k using fits where k.id = any (array(select s.id from s))
  ), counted as (
    update private.admission_scopes x set running = a.running, tally_spent = a.tally_spent, tally_reserved = a.tally_reserved,
        tally_left = a.tally_left
      from fits, a where x.scope = a.scope
  ), kept as (
    insert into private.pending_calls (id, settled_at, cost, record, user_id, organization_id, started_at)
      select s.id, t.at, s.cost, s.record::text, (s.record ->> 'user_id')::uuid, (s.record ->> 'organization_id')::uuid,
          (s.record ->> 'started_at')::timestamptz from fits, t, s
  )
  select '{"t":[' || string_agg(concat('[', a.tally_figures, ',"', a.tally_spent, '","', a.tally_reserved, '"]'), ',' order by a.place) || ']}'
    into answer from fits, a;
  if answer is null then return private.settle_one_by_one(p); end if;
  perform set_config('synchronous_commit', 'off', true);
  return answer;
end $function$;
--> statement-breakpoint
revoke execute on function private.write_records(uuid[]) from public, anon, authenticated, service_role;
--> statement-breakpoint
revoke execute on function private.write_pending_calls_of(text[]) from public, anon, authenticated, service_role;
--> statement-breakpoint
revoke execute on function private.write_settled_calls(uuid[]) from public, anon, authenticated, service_role;
--> statement-breakpoint
grant execute on function private.write_pending_calls_of(text[]) to ai_config_app;
--> statement-breakpoint
grant execute on function private.write_settled_calls(uuid[]) to ai_config_app;
