CREATE TABLE "ai_usage_events" (
	"id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"organization_id" uuid,
	"configuration_version" text,
	"model_asked" text NOT NULL,
	"model_served" text,
	"api_version" text NOT NULL,
	"key_slot" text NOT NULL,
	"experiment_variant" text,
	"started_at" timestamp with time zone NOT NULL,
	"settled_at" timestamp with time zone NOT NULL,
	"first_byte_ms" integer,
	"duration_ms" integer NOT NULL,
	"attempts" integer NOT NULL,
	"outcome" text NOT NULL,
	"error_type" text,
	"http_status" integer,
	"stop_reason" text,
	"is_stream" boolean NOT NULL,
	"input_tokens" integer NOT NULL,
	"output_tokens" integer NOT NULL,
	"cache_read_tokens" integer NOT NULL,
	"cache_write_5m_tokens" integer NOT NULL,
	"cache_write_1h_tokens" integer NOT NULL,
	"web_searches" integer NOT NULL,
	"cost" numeric NOT NULL,
	"cost_basis" text NOT NULL,
	"anthropic_request_id" text,
	"label" text,
	"tags" jsonb DEFAULT '{}'::jsonb NOT NULL,
	CONSTRAINT "ai_usage_events_cost_check" CHECK ("ai_usage_events"."cost" >= 0 and "ai_usage_events"."cost" < 'Infinity'),
	CONSTRAINT "ai_usage_events_key_slot_check" CHECK ("ai_usage_events"."key_slot" in ('primary', 'secondary', 'environment')),
	CONSTRAINT "ai_usage_events_outcome_check" CHECK ("ai_usage_events"."outcome" in ('success', 'error', 'aborted', 'timeout')),
	CONSTRAINT "ai_usage_events_basis_check" CHECK ("ai_usage_events"."cost_basis" in ('exact', 'estimated', 'unknown')),
	CONSTRAINT "ai_usage_events_label_check" CHECK (char_length("ai_usage_events"."label") <= 200 and "ai_usage_events"."label" !~ '(?:sk-ant-|aics_)[A-Za-z0-9_-]{6}'),
	CONSTRAINT "ai_usage_events_tags_check" CHECK (jsonb_typeof("ai_usage_events"."tags") = 'object' and not jsonb_path_exists("ai_usage_events"."tags", '$.* ? (@.type() != "string")')
        and char_length("ai_usage_events"."tags"::text) <= 4000
        and "ai_usage_events"."tags"::text !~ '(?:sk-ant-|aics_)[A-Za-z0-9_-]{6}')
) PARTITION BY RANGE ("started_at");
--> statement-breakpoint
ALTER TABLE "ai_usage_events" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "ai_usage_daily" (
	"starts_at" timestamp with time zone NOT NULL,
	"user_id" uuid NOT NULL,
	"organization_id" uuid,
	"model" text NOT NULL,
	"key_slot" text NOT NULL,
	"calls" integer NOT NULL,
	"failures" integer NOT NULL,
	"rate_limited" integer NOT NULL,
	"input_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"cache_read_tokens" bigint NOT NULL,
	"cache_write_5m_tokens" bigint NOT NULL,
	"cache_write_1h_tokens" bigint NOT NULL,
	"web_searches" bigint NOT NULL,
	"cost" numeric NOT NULL,
	CONSTRAINT "ai_usage_daily_key" UNIQUE NULLS NOT DISTINCT("user_id","starts_at","organization_id","model","key_slot")
);
--> statement-breakpoint
ALTER TABLE "ai_usage_daily" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "ai_usage_hourly" (
	"starts_at" timestamp with time zone NOT NULL,
	"user_id" uuid NOT NULL,
	"organization_id" uuid,
	"model" text NOT NULL,
	"key_slot" text NOT NULL,
	"calls" integer NOT NULL,
	"failures" integer NOT NULL,
	"rate_limited" integer NOT NULL,
	"input_tokens" bigint NOT NULL,
	"output_tokens" bigint NOT NULL,
	"cache_read_tokens" bigint NOT NULL,
	"cache_write_5m_tokens" bigint NOT NULL,
	"cache_write_1h_tokens" bigint NOT NULL,
	"web_searches" bigint NOT NULL,
	"cost" numeric NOT NULL,
	CONSTRAINT "ai_usage_hourly_key" UNIQUE NULLS NOT DISTINCT("user_id","starts_at","organization_id","model","key_slot")
);
--> statement-breakpoint
ALTER TABLE "ai_usage_hourly" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "private"."settled_calls" (
	"id" uuid PRIMARY KEY NOT NULL,
	"settled_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "private"."settled_calls" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE POLICY "settled_calls_service" ON "private"."settled_calls" AS PERMISSIVE FOR SELECT TO "ai_config_service" USING (true);--> statement-breakpoint
CREATE INDEX "ai_usage_events_user_idx" ON "ai_usage_events" USING btree ("user_id","started_at");--> statement-breakpoint
CREATE INDEX "ai_usage_events_organization_idx" ON "ai_usage_events" USING btree ("organization_id","started_at");--> statement-breakpoint
CREATE INDEX "ai_usage_daily_organization_idx" ON "ai_usage_daily" USING btree ("organization_id","starts_at");--> statement-breakpoint
CREATE INDEX "ai_usage_hourly_organization_idx" ON "ai_usage_hourly" USING btree ("organization_id","starts_at");--> statement-breakpoint
CREATE POLICY "ai_usage_events_select" ON "ai_usage_events" AS PERMISSIVE FOR SELECT TO "authenticated" USING ("ai_usage_events"."user_id" = (select auth.uid()) or "ai_usage_events"."organization_id" = any (array(select private.organization_ids('{owner,admin}'))));--> statement-breakpoint
CREATE POLICY "ai_usage_events_token_select" ON "ai_usage_events" AS PERMISSIVE FOR SELECT TO "ai_config_token" USING ("ai_usage_events"."organization_id" = (select private.token_organization('{usage:read}')));--> statement-breakpoint
CREATE POLICY "ai_usage_events_service_select" ON "ai_usage_events" AS PERMISSIVE FOR SELECT TO "ai_config_service", "service_role" USING (true);--> statement-breakpoint
CREATE POLICY "ai_usage_daily_select" ON "ai_usage_daily" AS PERMISSIVE FOR SELECT TO "authenticated" USING ("ai_usage_daily"."user_id" = (select auth.uid()) or "ai_usage_daily"."organization_id" = any (array(select private.organization_ids('{owner,admin}'))));--> statement-breakpoint
CREATE POLICY "ai_usage_daily_token_select" ON "ai_usage_daily" AS PERMISSIVE FOR SELECT TO "ai_config_token" USING ("ai_usage_daily"."organization_id" = (select private.token_organization('{usage:read}')));--> statement-breakpoint
CREATE POLICY "ai_usage_daily_service_select" ON "ai_usage_daily" AS PERMISSIVE FOR SELECT TO "ai_config_service", "service_role" USING (true);--> statement-breakpoint
CREATE POLICY "ai_usage_hourly_select" ON "ai_usage_hourly" AS PERMISSIVE FOR SELECT TO "authenticated" USING ("ai_usage_hourly"."user_id" = (select auth.uid()) or "ai_usage_hourly"."organization_id" = any (array(select private.organization_ids('{owner,admin}'))));--> statement-breakpoint
CREATE POLICY "ai_usage_hourly_token_select" ON "ai_usage_hourly" AS PERMISSIVE FOR SELECT TO "ai_config_token" USING ("ai_usage_hourly"."organization_id" = (select private.token_organization('{usage:read}')));--> statement-breakpoint
CREATE POLICY "ai_usage_hourly_service_select" ON "ai_usage_hourly" AS PERMISSIVE FOR SELECT TO "ai_config_service", "service_role" USING (true);
--> statement-breakpoint
-- Books calls in the ledger and answers their ids; one that is booked already is left out. `p_calls` is JSON: of each
-- call its id, its cost, two parts that do not matter here, and the columns of its row.
create function private.write_usage_events(p_calls jsonb, p_at timestamptz) returns uuid[]
language plpgsql set search_path to '' as $$
declare
  booked uuid[];
begin
  with calls as materialized (
    -- The same call twice in one batch is booked once.
    select distinct on (c.id) c.id, c.value
      from (select (e.value ->> 0)::uuid as id, e.value, e.place
        from jsonb_array_elements(p_calls) with ordinality as e (value, place)) c
      order by c.id, c.place
  ), fresh as (
    insert into private.settled_calls (id, settled_at)
      select c.id, p_at from calls c
      on conflict do nothing
      returning settled_calls.id
  ), written as (
    insert into public.ai_usage_events (id, cost, settled_at, user_id, organization_id, configuration_version, model_asked,
        model_served, api_version, key_slot, experiment_variant, started_at, first_byte_ms, duration_ms, attempts, outcome,
        error_type, http_status, stop_reason, is_stream, input_tokens, output_tokens, cache_read_tokens,
        cache_write_5m_tokens, cache_write_1h_tokens, web_searches, cost_basis, anthropic_request_id, label, tags)
      select calls.id, (calls.value ->> 1)::numeric, p_at, e.user_id, e.organization_id, e.configuration_version,
        e.model_asked, e.model_served, e.api_version, e.key_slot, e.experiment_variant, e.started_at, e.first_byte_ms,
        e.duration_ms, e.attempts, e.outcome, e.error_type, e.http_status, e.stop_reason, e.is_stream, e.input_tokens,
        e.output_tokens, e.cache_read_tokens, e.cache_write_5m_tokens, e.cache_write_1h_tokens, e.web_searches,
        e.cost_basis, e.anthropic_request_id, e.label, e.tags
      from fresh join calls on calls.id = fresh.id, jsonb_populate_record(null::public.ai_usage_events, calls.value -> 4) as e
  ) select array_agg(fresh.id) into booked from fresh;
  return coalesce(booked, '{}');
end $$;
--> statement-breakpoint
-- Adds what was written to the sums of its hours and days. In one order, so that nobody waits in a circle.
create function private.roll_up_usage() returns trigger
language plpgsql security definer set search_path to '' as $$
begin
  insert into public.ai_usage_hourly as h
    select date_trunc('hour', a.started_at, 'UTC'), a.user_id, a.organization_id, coalesce(a.model_served, a.model_asked),
        a.key_slot, count(*), count(*) filter (where a.outcome in ('error', 'timeout')),
        count(*) filter (where a.http_status = 429), sum(a.input_tokens), sum(a.output_tokens), sum(a.cache_read_tokens),
        sum(a.cache_write_5m_tokens), sum(a.cache_write_1h_tokens), sum(a.web_searches), sum(a.cost)
      from added a group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
    on conflict on constraint ai_usage_hourly_key do update set calls = h.calls + excluded.calls,
      failures = h.failures + excluded.failures, rate_limited = h.rate_limited + excluded.rate_limited,
      input_tokens = h.input_tokens + excluded.input_tokens, output_tokens = h.output_tokens + excluded.output_tokens,
      cache_read_tokens = h.cache_read_tokens + excluded.cache_read_tokens,
      cache_write_5m_tokens = h.cache_write_5m_tokens + excluded.cache_write_5m_tokens,
      cache_write_1h_tokens = h.cache_write_1h_tokens + excluded.cache_write_1h_tokens,
      web_searches = h.web_searches + excluded.web_searches, cost = h.cost + excluded.cost;
  insert into public.ai_usage_daily as d
    select date_trunc('day', a.started_at, 'UTC'), a.user_id, a.organization_id, coalesce(a.model_served, a.model_asked),
        a.key_slot, count(*), count(*) filter (where a.outcome in ('error', 'timeout')),
        count(*) filter (where a.http_status = 429), sum(a.input_tokens), sum(a.output_tokens), sum(a.cache_read_tokens),
        sum(a.cache_write_5m_tokens), sum(a.cache_write_1h_tokens), sum(a.web_searches), sum(a.cost)
      from added a group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
    on conflict on constraint ai_usage_daily_key do update set calls = d.calls + excluded.calls,
      failures = d.failures + excluded.failures, rate_limited = d.rate_limited + excluded.rate_limited,
      input_tokens = d.input_tokens + excluded.input_tokens, output_tokens = d.output_tokens + excluded.output_tokens,
      cache_read_tokens = d.cache_read_tokens + excluded.cache_read_tokens,
      cache_write_5m_tokens = d.cache_write_5m_tokens + excluded.cache_write_5m_tokens,
      cache_write_1h_tokens = d.cache_write_1h_tokens + excluded.cache_write_1h_tokens,
      web_searches = d.web_searches + excluded.web_searches, cost = d.cost + excluded.cost;
  return null;
end $$;
--> statement-breakpoint
-- Makes the partitions of so many months from the one of `p_from` on, where they are missing. Answers how many it made.
-- A month of which rows lie in the default partition already stays there.
create function private.make_usage_partitions(p_from timestamptz, p_months integer) returns integer
language plpgsql set search_path to '' as $$
declare
  month timestamp := date_trunc('month', p_from at time zone 'UTC');
  last timestamp := date_trunc('month', p_from at time zone 'UTC') + make_interval(months => p_months);
  name text;
  made integer := 0;
begin
  while month < last loop
    name := 'ai_usage_events_' || to_char(month, 'YYYY_MM');
    if to_regclass('private.' || name) is null then
      begin
        execute format('create table private.%I partition of public.ai_usage_events for values from (%L) to (%L)',
          name, month at time zone 'UTC', (month + interval '1 month') at time zone 'UTC');
        execute format('alter table private.%I enable row level security', name);
        execute format('revoke all on private.%I from public, anon, authenticated, service_role', name);
        execute format('create trigger refuse_truncate before truncate on private.%I
          for each statement execute function private.refuse_truncate()', name);
        made := made + 1;
      exception when check_violation then null;
      end;
    end if;
    month := month + interval '1 month';
  end loop;
  return made;
end $$;
--> statement-breakpoint
-- Drops the partitions of months that ended before `p_before`, for the owner alone; their sums by hour and day stay.
-- Answers how many there were.
create function private.drop_usage_events(p_before timestamptz) returns integer
language plpgsql set search_path to '' as $$
declare
  name text;
  dropped integer := 0;
begin
  for name in
    select c.relname from pg_catalog.pg_inherits i join pg_catalog.pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'public.ai_usage_events'::regclass and c.relname ~ '^ai_usage_events_\d{4}_\d\d$'
        and (to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month') at time zone 'UTC' <= p_before
  loop
    execute format('drop table private.%I', name);
    dropped := dropped + 1;
  end loop;
  delete from private.settled_calls s where s.settled_at < p_before - interval '31 days';
  return dropped;
end $$;
--> statement-breakpoint
create table private.ai_usage_events_other partition of public.ai_usage_events default;
--> statement-breakpoint
alter table private.ai_usage_events_other enable row level security;
--> statement-breakpoint
create trigger append_only before delete or update on public.ai_usage_events
  for each row execute function private.refuse_change();
--> statement-breakpoint
create trigger refuse_truncate before truncate on public.ai_usage_events
  for each statement execute function private.refuse_truncate();
--> statement-breakpoint
create trigger refuse_truncate before truncate on private.ai_usage_events_other
  for each statement execute function private.refuse_truncate();
--> statement-breakpoint
create trigger refuse_truncate before truncate on public.ai_usage_hourly
  for each statement execute function private.refuse_truncate();
--> statement-breakpoint
create trigger refuse_truncate before truncate on public.ai_usage_daily
  for each statement execute function private.refuse_truncate();
--> statement-breakpoint
create trigger roll_up after insert on public.ai_usage_events referencing new table as added
  for each statement execute function private.roll_up_usage();
--> statement-breakpoint
revoke all on public.ai_usage_events, public.ai_usage_hourly, public.ai_usage_daily, private.settled_calls,
  private.ai_usage_events_other from public, anon, authenticated, service_role, ai_config_app, ai_config_service,
  ai_config_identity, ai_config_token;
--> statement-breakpoint
grant select on public.ai_usage_events, public.ai_usage_hourly, public.ai_usage_daily
  to authenticated, ai_config_service, service_role, ai_config_token;
--> statement-breakpoint
revoke execute on function private.write_usage_events(jsonb, timestamptz), private.roll_up_usage(),
  private.make_usage_partitions(timestamptz, integer), private.drop_usage_events(timestamptz)
  from public, anon, authenticated, service_role;
--> statement-breakpoint
-- Of what there is already; a clock that was far off must not make hundreds of partitions.
select private.make_usage_partitions(
  greatest(least((select min(l.started_at) from public.ai_call_ledger l), now()), now() - interval '1 year'), 26);
--> statement-breakpoint
insert into private.settled_calls (id, settled_at) select l.id, l.settled_at from public.ai_call_ledger l;
--> statement-breakpoint
insert into public.ai_usage_events (id, user_id, organization_id, configuration_version, model_asked, model_served,
    api_version, key_slot, started_at, settled_at, duration_ms, attempts, outcome, error_type, http_status, stop_reason,
    is_stream, input_tokens, output_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, web_searches,
    cost, cost_basis, anthropic_request_id, label)
  select l.id, l.user_id, l.organization_id, l.configuration_version, l.model, l.model,
    l.api_version, l.key_slot, l.started_at, l.settled_at, l.duration_ms, l.attempts, l.outcome, l.error_type, l.http_status,
    l.stop_reason, l.is_stream, l.input_tokens, l.output_tokens, l.cache_read_tokens, l.cache_write_5m_tokens,
    l.cache_write_1h_tokens, l.web_searches, l.cost, l.cost_basis, l.anthropic_request_id, l.label
  from public.ai_call_ledger l;
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
  l_scope text[] := parts[2]::text[];
  t_due numeric[];
  t_key text[];
  answer text;
begin
  perform private.refuse_strange_limits(parts);
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
              or (select true from private.settled_calls l where l.id = r.id offset 0))
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
CREATE OR REPLACE FUNCTION private.admit_one_by_one(p text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  parts text[] := string_to_array(p, '|');
  scopes text[] := parts[1]::text[];
  l_key text[] := parts[2]::text[];
  l double precision[] := parts[3]::double precision[];
  b_period text[] := parts[4]::text[];
  b_limit numeric[] := parts[5]::numeric[];
  b double precision[] := parts[6]::double precision[];
  c double precision[] := parts[7]::double precision[];
  t_due numeric[] := parts[8]::numeric[];
  t_key text[] := parts[9]::text[];
  r_id uuid[] := parts[10]::uuid[];
  r_reserve numeric[] := parts[11]::numeric[];
  r double precision[] := parts[12]::double precision[];
  at timestamptz;
  now_ms double precision;
  -- Scopes by place.
  s_running integer[] := '{}'; s_empty double precision[] := '{}'; s_interval double precision[] := '{}';
  s_next timestamptz[] := '{}';
  held private.admission_scopes;
  must_free boolean := false;
  -- Limits by place.
  l_state integer[] := '{}'; l_first integer[] := '{}'; l_misfit text[] := '{}';
  -- Budgets of all limits by place, and their windows. Two budgets may share a window: its state is at the first.
  b_scope text[] := '{}'; b_start double precision[] := '{}'; b_end double precision[] := '{}'; b_threshold integer[] := '{}';
  b_id bigint[]; b_state integer[] := '{}';
  w_spent numeric[]; w_reserved numeric[]; w_alerted text[];
  -- Leases to write.
  n_id uuid[] := '{}'; n_scope text[] := '{}'; n_other text[] := '{}'; n_windows text[] := '{}';
  n_reserve numeric[] := '{}'; n_expires timestamptz[] := '{}';
  k_id uuid[]; k_windows text[];
  places integer[]; reserve numeric; window_list text; figures text;
  place integer; state integer; budget integer; threshold integer; known integer; window_id bigint;
  candidate integer := 0; due integer := 0; misfit text;
  wait double precision; verdict text; alerts jsonb; all_alerts jsonb := '[]';
  l_alerts jsonb[] := '{}'; l_text text; answers text := '';
begin
  -- An admission that a crash of the server takes along lasted no longer than its call, which is booked all the same.
  perform set_config('synchronous_commit', 'off', true);
  perform private.lock_scopes(scopes);
  for place in 1 .. cardinality(scopes) loop
    select * into held from private.admission_scopes a where a.scope = scopes[place];
    if not found then
      insert into private.admission_scopes (scope) values (scopes[place]) returning * into held;
    end if;
    s_running := s_running || held.running;
    s_empty := s_empty || held.empty_at;
    s_interval := s_interval || held.interval_ms;
    s_next := s_next || held.next_end;
    must_free := must_free or held.next_end <= private.admission_now();
  end loop;
  if must_free then
    -- What has ended must not stand against anybody.
    perform private.free_expired_leases(scopes);
    for place in 1 .. cardinality(scopes) loop
      select * into held from private.admission_scopes a where a.scope = scopes[place];
      s_running[place] := held.running;
      s_next[place] := held.next_end;
    end loop;
  end if;
  at := private.admission_now();
  now_ms := extract(epoch from at) * 1000;

  budget := 0;
  for place in 1 .. cardinality(l_key) loop
    l_state := l_state || array_position(scopes, l_key[place]);
    l_first := l_first || budget + 1;
    misfit := null;
    for known in 1 .. l[place][4]::integer loop
      budget := budget + 1;
      b_scope := b_scope || l_key[place];
      b_threshold := b_threshold || due + 1;
      due := due + b[budget][3]::integer;
      state := null;
      for threshold in candidate + 1 .. candidate + b[budget][2]::integer loop
        if c[threshold][1] <= now_ms and now_ms < c[threshold][2] then state := threshold; end if;
      end loop;
      candidate := candidate + b[budget][2]::integer;
      if state is null then misfit := coalesce(misfit, b_period[budget]); end if;
      b_start := b_start || c[state][1];
      b_end := b_end || c[state][2];
    end loop;
    l_misfit := l_misfit || misfit;
  end loop;
  l_first := l_first || budget + 1;
  b_threshold := b_threshold || due + 1;

  if budget > 0 then
    loop
      select array_agg(w.id order by u.place), array_agg(w.spent order by u.place), array_agg(w.reserved order by u.place),
          array_agg(w.alerted order by u.place)
        into b_id, w_spent, w_reserved, w_alerted
        from unnest(b_scope, b_period, b_start) with ordinality as u (scope, period, start_ms, place)
        left join private.budget_windows w
          on w.scope = u.scope and w.period = u.period and w.starts_at = to_timestamp(u.start_ms / 1000);
      known := 0;
      for place in 1 .. budget loop
        if b_id[place] is null and b_start[place] is not null then
          perform private.budget_window_id(b_scope[place], b_period[place], b_start[place], b_end[place]);
          known := known + 1;
        end if;
      end loop;
      exit when known = 0;
    end loop;
    for place in 1 .. budget loop
      b_state := b_state || case when b_id[place] is null then place else array_position(b_id, b_id[place]) end;
    end loop;
  end if;

  -- What is spent does not change here, so alerts are due once for a limit.
  for place in 1 .. cardinality(l_key) loop
    alerts := '[]';
    for budget in l_first[place] .. l_first[place + 1] - 1 loop
      for threshold in b_threshold[budget] .. b_threshold[budget + 1] - 1 loop
        exit when l_misfit[place] is not null or w_spent[b_state[budget]] < t_due[threshold];
        if position(';' || t_key[threshold] || ';' in w_alerted[b_state[budget]]) = 0 then
          w_alerted[b_state[budget]] := w_alerted[b_state[budget]] || t_key[threshold] || ';';
          alerts := alerts || jsonb_build_array(jsonb_build_array(b_scope[budget], b_period[budget],
            split_part(t_key[threshold], ':', 2), b_limit[budget]::text,
            trim_scale(w_spent[b_state[budget]])::text, b_start[budget], b_end[budget]));
        end if;
      end loop;
    end loop;
    l_alerts := l_alerts || alerts;
    all_alerts := all_alerts || alerts;
  end loop;

  select array_agg(k.id), array_agg(k.window_ids) into k_id, k_windows from (
    select x.id, x.window_ids::text from private.admission_leases x where x.id = any (r_id)
    union all
    select x.id, null from private.settled_calls x where x.id = any (r_id)
  ) k;

  for request in 1 .. cardinality(r_id) loop
    reserve := r_reserve[request];
    verdict := null;
    places := case when r[request][3] is null then array[r[request][2]] else array[r[request][2], r[request][3]] end;

    known := array_position(k_id, r_id[request]);
    if known is null then
      known := array_position(n_id, r_id[request]);
      window_list := n_windows[known];
    else
      window_list := k_windows[known];
      if window_list is null then verdict := '"s"'; end if;
    end if;
    if window_list is not null then
      figures := '';
      foreach window_id in array window_list::bigint[] loop
        budget := array_position(b_id, window_id);
        if budget is not null then
          figures := figures || ',["' || trim_scale(w_spent[budget]) || '","' || trim_scale(w_reserved[budget]) || '",'
            || b_start[budget] || ',' || b_end[budget] || ']';
        else
          select figures || ',["' || trim_scale(w.spent) || '","' || trim_scale(w.reserved) || '",'
              || extract(epoch from w.starts_at) * 1000 || ',' || extract(epoch from w.ends_at) * 1000 || ']'
            into figures from private.budget_windows w where w.id = window_id;
        end if;
      end loop;
      verdict := '"a",[' || ltrim(figures, ',') || ']';
    end if;

    if verdict is null then
      foreach place in array places loop
        if l_misfit[place] is not null then verdict := '"n","' || l_misfit[place] || '"'; end if;
      end loop;
    end if;

    if verdict is null then
      known := -1;
      foreach place in array places loop
        exit when verdict is not null;
        known := known + 1;
        state := l_state[place];
        if l[place][1] is not null then
          if s_interval[state] <> l[place][1] then
            -- The bucket keeps its calls when the rate changes.
            s_empty[state] := now_ms + greatest(0, s_empty[state] - now_ms) / s_interval[state] * l[place][1];
            s_interval[state] := l[place][1];
          end if;
          wait := s_empty[state] - l[place][2] * l[place][1] - now_ms;
          if wait > 0 then
            verdict := format('"r",%s,"requestsPerMinute",%s,%s,null', known,
              ceil((s_empty[state] - now_ms) / l[place][1]), ceil(wait));
            exit;
          end if;
        end if;
        if s_running[state] >= l[place][3]::integer then
          select extract(epoch from min(x.expires_at) - at) * 1000 into wait from private.admission_leases x
            where x.scope = l_key[place] or x.other_scope = l_key[place];
          for budget in 1 .. cardinality(n_id) loop
            if n_scope[budget] = l_key[place] or n_other[budget] = l_key[place] then
              wait := least(wait, extract(epoch from n_expires[budget] - at) * 1000);
            end if;
          end loop;
          verdict := format('"r",%s,"concurrentRequests",%s,%s,null', known, s_running[state],
            ceil(coalesce(wait, r[request][1])));
          exit;
        end if;
        for budget in l_first[place] .. l_first[place + 1] - 1 loop
          if b[budget][1] = 1 and w_spent[b_state[budget]] + w_reserved[b_state[budget]] + reserve > b_limit[budget] then
            verdict := format('"r",%s,"%sBudget","%s",%s,%s', known, b_period[budget],
              trim_scale(w_spent[b_state[budget]] + w_reserved[b_state[budget]]), ceil(b_end[budget] - now_ms),
              budget - l_first[place]);
            exit;
          end if;
        end loop;
      end loop;
    end if;

    if verdict is null then
      window_list := '';
      n_expires := n_expires || at + r[request][1] * interval '1 millisecond';
      foreach place in array places loop
        state := l_state[place];
        if l[place][1] is not null then
          s_empty[state] := greatest(s_empty[state], now_ms) + l[place][1];
        end if;
        s_running[state] := s_running[state] + 1;
        s_next[state] := least(s_next[state], n_expires[cardinality(n_expires)]);
        for budget in l_first[place] .. l_first[place + 1] - 1 loop
          w_reserved[b_state[budget]] := w_reserved[b_state[budget]] + reserve;
          window_list := window_list || ',' || b_id[budget];
        end loop;
      end loop;
      n_id := n_id || r_id[request];
      n_scope := n_scope || l_key[places[1]];
      n_other := n_other || l_key[places[2]];
      n_windows := n_windows || ('{' || ltrim(window_list, ',') || '}');
      n_reserve := n_reserve || reserve;
      verdict := '"a"';
    end if;
    answers := answers || ',[' || verdict || ']';
  end loop;

  if cardinality(n_id) > 0 then
    with counted as (
      update private.admission_scopes a
        set running = u.running, empty_at = u.empty_at, interval_ms = u.interval_ms, next_end = u.next_end
        from unnest(scopes, s_running, s_empty, s_interval, s_next) as u (scope, running, empty_at, interval_ms, next_end)
        where a.scope = u.scope
    ), reserved as (
      update private.budget_windows w set reserved = u.reserved, alerted = u.alerted
        from unnest(b_id, b_state, w_reserved, w_alerted) with ordinality as u (id, state, reserved, alerted, place)
        where w.id = u.id and u.state = u.place
    )
    insert into private.admission_leases (id, scope, other_scope, window_ids, reserve, expires_at)
      select u.id, u.scope, u.other_scope, u.window_ids::bigint[], u.reserve, u.expires_at
      from unnest(n_id, n_scope, n_other, n_windows, n_reserve, n_expires)
        as u (id, scope, other_scope, window_ids, reserve, expires_at);
  elsif all_alerts <> '[]' then
    update private.budget_windows w set alerted = u.alerted
      from unnest(b_id, b_state, w_alerted) with ordinality as u (id, state, alerted, place)
      where w.id = u.id and u.state = u.place;
  end if;
  if all_alerts <> '[]' then perform private.write_alerts(all_alerts); end if;
  l_text := '';
  for place in 1 .. cardinality(l_key) loop
    figures := '';
    for budget in l_first[place] .. l_first[place + 1] - 1 loop
      exit when l_misfit[place] is not null;
      figures := figures || ',["' || trim_scale(w_spent[b_state[budget]]) || '","' || trim_scale(w_reserved[b_state[budget]])
        || '",' || b_start[budget] || ',' || b_end[budget] || ']';
    end loop;
    l_text := l_text || ',[[' || ltrim(figures, ',') || '],' || l_alerts[place] || ']';
  end loop;
  return '{"l":[' || ltrim(l_text, ',') || '],"r":[' || ltrim(answers, ',') || ']}';
end $function$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION private.settle_one_by_one(p text)
 RETURNS text
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
 SET enable_seqscan TO 'off'
AS $function$
declare
  calls jsonb := p::jsonb;
  at timestamptz;
  settlement jsonb; limits jsonb; item jsonb; part jsonb; windows jsonb; alerts jsonb; all_alerts jsonb := '[]';
  booked uuid[]; is_booked boolean; is_late boolean;
  g_id uuid[]; g_windows text[]; g_reserve numeric[]; g_late boolean[];
  d_id bigint[] := '{}'; d_spent numeric[] := '{}'; d_reserved numeric[] := '{}';
  -- Windows of each settlement one after the other.
  o_id bigint[] := '{}';
  f_id bigint[]; f_spent numeric[]; f_reserved numeric[]; f_alerted text[];
  ids bigint[]; id uuid; known integer; place integer; limit_place integer; budget integer; threshold integer; at_budget integer; cursor integer := 0;
  lease integer; figures text; answers text := ''; v_booked boolean[] := '{}'; v_late boolean[] := '{}';
  -- Limits by place, how many budgets they have, and what was said of them last, for which windows.
  l_item jsonb[]; l_count integer[]; l_said_ids text[]; l_said text[]; own_ids text; said text;
begin
  perform private.lock_scopes(array(select l.value ->> 's' from jsonb_array_elements(calls -> 'l') as l));
  at := private.admission_now();
  select array_agg(l.value order by l.place), array_agg(jsonb_array_length(l.value -> 'w') order by l.place)
    into l_item, l_count from jsonb_array_elements(calls -> 'l') with ordinality as l (value, place);
  l_said_ids := array_fill(null::text, array[cardinality(l_item)]);
  l_said := l_said_ids;

  booked := private.write_usage_events(calls -> 's', at);

  with gone as (
    delete from private.admission_leases l where l.id = any (booked)
      returning l.id, l.scope, l.other_scope, l.window_ids, l.reserve, l.expires_at <= at as is_late
  ), freed as (
    update private.admission_scopes a set running = a.running - d.calls
      from (select u.scope, count(*)::integer as calls from gone, unnest(array[gone.scope, gone.other_scope]) as u (scope)
        where u.scope is not null group by u.scope) d
      where a.scope = d.scope
  ) select array_agg(gone.id), array_agg(gone.window_ids::text), array_agg(gone.reserve), array_agg(gone.is_late)
    into g_id, g_windows, g_reserve, g_late from gone;

  for settlement in select s.value from jsonb_array_elements(calls -> 's') with ordinality as s (value, place) order by s.place loop
    id := (settlement ->> 0)::uuid;
    known := array_position(booked, id);
    is_booked := known is not null;
    -- The same call twice in one batch is booked once.
    if is_booked then booked[known] := null; end if;
    lease := case when is_booked then array_position(g_id, id) end;
    if lease is not null then
      ids := g_windows[lease]::bigint[];
    else
      ids := '{}';
      windows := settlement -> 3;
      at_budget := 0;
      for place in 0 .. jsonb_array_length(settlement -> 2) - 1 loop
        known := (settlement -> 2 ->> place)::integer + 1;
        item := l_item[known];
        for budget in 0 .. l_count[known] - 1 loop
          ids := ids || private.budget_window_id(item ->> 's', item -> 'w' -> budget ->> 0,
            (windows -> at_budget ->> 0)::double precision, (windows -> at_budget ->> 1)::double precision);
          at_budget := at_budget + 1;
        end loop;
      end loop;
    end if;
    o_id := o_id || ids;
    if is_booked then
      d_id := d_id || ids;
      d_spent := d_spent || array_fill((settlement ->> 1)::numeric, array[cardinality(ids)]);
      d_reserved := d_reserved || array_fill(coalesce(g_reserve[lease], 0), array[cardinality(ids)]);
    end if;
    v_booked := v_booked || is_booked;
    v_late := v_late || (is_booked and coalesce(g_late[lease], true));
  end loop;

  if cardinality(d_id) > 0 then
    update private.budget_windows w set spent = w.spent + d.spent, reserved = w.reserved - d.reserved
      from (select u.id, sum(u.spent) as spent, sum(u.reserved) as reserved
        from unnest(d_id, d_spent, d_reserved) as u (id, spent, reserved) group by u.id) d
      where w.id = d.id;
  end if;
  select array_agg(w.id), array_agg(w.spent), array_agg(w.reserved), array_agg(w.alerted)
    into f_id, f_spent, f_reserved, f_alerted from private.budget_windows w where w.id = any (o_id);

  place := 0;
  for settlement in select s.value from jsonb_array_elements(calls -> 's') with ordinality as s (value, place) order by s.place loop
    place := place + 1;
    figures := '';
    alerts := '[]';
    windows := settlement -> 3;
    at_budget := 0;
    for known in 0 .. jsonb_array_length(settlement -> 2) - 1 loop
      limit_place := (settlement -> 2 ->> known)::integer + 1;
      own_ids := o_id[cursor + 1 : cursor + l_count[limit_place]]::text;
      -- Figures are those at the end of the batch, and its first settlement told what is due.
      if own_ids = l_said_ids[limit_place] then
        figures := figures || l_said[limit_place];
        cursor := cursor + l_count[limit_place];
        at_budget := at_budget + l_count[limit_place];
        continue;
      end if;
      limits := l_item[limit_place];
      said := '';
      for budget in 0 .. l_count[limit_place] - 1 loop
        part := limits -> 'w' -> budget;
        cursor := cursor + 1;
        lease := array_position(f_id, o_id[cursor]);
        said := said || ',["' || trim_scale(f_spent[lease]) || '","' || trim_scale(f_reserved[lease]) || '",'
          || (windows -> at_budget ->> 0)::double precision || ',' || (windows -> at_budget ->> 1)::double precision || ']';
        if v_booked[place] then
          for threshold in 0 .. jsonb_array_length(part -> 3) - 1 loop
            item := part -> 3 -> threshold;
            exit when f_spent[lease] < (item ->> 1)::numeric;
            if position(';' || (item ->> 0) || ';' in f_alerted[lease]) = 0 then
              f_alerted[lease] := f_alerted[lease] || (item ->> 0) || ';';
              alerts := alerts || jsonb_build_array(jsonb_build_array(limits -> 's', part -> 0, item -> 2, part -> 1,
                trim_scale(f_spent[lease])::text, windows -> at_budget -> 0, windows -> at_budget -> 1));
            end if;
          end loop;
        end if;
        at_budget := at_budget + 1;
      end loop;
      figures := figures || said;
      if v_booked[place] then
        l_said_ids[limit_place] := own_ids;
        l_said[limit_place] := said;
      end if;
    end loop;
    all_alerts := all_alerts || alerts;
    answers := answers || ',[' || v_booked[place] || ',' || v_late[place] || ',[' || ltrim(figures, ',') || '],' || alerts || ']';
  end loop;
  if all_alerts <> '[]' then
    update private.budget_windows w set alerted = u.alerted
      from unnest(f_id, f_alerted) as u (id, alerted) where w.id = u.id and w.alerted <> u.alerted;
    perform private.write_alerts(all_alerts);
  end if;
  return '[' || ltrim(answers, ',') || ']';
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
      join private.admission_leases x on x.id = s.id
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
