ALTER TABLE "public"."ai_usage_events" ADD COLUMN "operation" text DEFAULT 'message' NOT NULL;--> statement-breakpoint
ALTER TABLE "public"."ai_usage_events" ADD CONSTRAINT "ai_usage_events_operation_check" CHECK ("operation" in ('message', 'token_count'));
--> statement-breakpoint
CREATE OR REPLACE FUNCTION private.write_usage_events(p_calls jsonb, p_at timestamp with time zone)
 RETURNS uuid[]
 LANGUAGE plpgsql
 SET search_path TO ''
AS $function$
declare
  booked uuid[];
begin
  perform pg_advisory_xact_lock(hashtextextended('ledger', 7));
  with calls as materialized (
    -- The same call twice in one batch is booked once.
    select distinct on (c.id) c.id, c.value
      from (select (e.value ->> 0)::uuid as id, e.value, e.place
        from jsonb_array_elements(p_calls) with ordinality as e (value, place)) c
      -- What the ledger did not take is booked and waits to be put right.
      where not exists (select from private.pending_calls k where k.id = c.id and k.problem is not null)
      order by c.id, c.place
  ), fresh as (
    insert into private.settled_calls (id, settled_at)
      select c.id, coalesce((c.value ->> 5)::timestamptz, p_at) from calls c
      on conflict do nothing
      returning settled_calls.id
  ), written as (
    insert into public.ai_usage_events (id, cost, settled_at, user_id, organization_id, configuration_version, model_asked,
        model_served, api_version, key_slot, experiment_variant, started_at, first_byte_ms, duration_ms, attempts, outcome,
        error_type, http_status, stop_reason, operation, is_stream, input_tokens, output_tokens, cache_read_tokens,
        cache_write_5m_tokens, cache_write_1h_tokens, web_searches, cost_basis, anthropic_request_id, label, tags)
      select calls.id, (calls.value ->> 1)::numeric, coalesce((calls.value ->> 5)::timestamptz, p_at), e.user_id, e.organization_id, e.configuration_version,
        e.model_asked, e.model_served, e.api_version, e.key_slot, e.experiment_variant, e.started_at, e.first_byte_ms,
        e.duration_ms, e.attempts, e.outcome, e.error_type, e.http_status, e.stop_reason, coalesce(e.operation, 'message'), e.is_stream, e.input_tokens,
        e.output_tokens, e.cache_read_tokens, e.cache_write_5m_tokens, e.cache_write_1h_tokens, e.web_searches,
        e.cost_basis, e.anthropic_request_id, e.label, e.tags
      from fresh join calls on calls.id = fresh.id, jsonb_populate_record(null::public.ai_usage_events, calls.value -> 4) as e
  ) select array_agg(fresh.id) into booked from fresh;
  return coalesce(booked, '{}');
end $function$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION private.roll_up_usage()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
begin
  insert into public.ai_usage_hourly as h
    select date_trunc('hour', a.started_at, 'UTC'), a.user_id, a.organization_id, coalesce(a.model_served, a.model_asked),
        a.key_slot, count(*), count(*) filter (where a.outcome in ('error', 'timeout')),
        count(*) filter (where a.http_status = 429), sum(a.input_tokens), sum(a.output_tokens), sum(a.cache_read_tokens),
        sum(a.cache_write_5m_tokens), sum(a.cache_write_1h_tokens), sum(a.web_searches), sum(a.cost)
      from added a where a.operation = 'message' group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
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
      from added a where a.operation = 'message' group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
    on conflict on constraint ai_usage_daily_key do update set calls = d.calls + excluded.calls,
      failures = d.failures + excluded.failures, rate_limited = d.rate_limited + excluded.rate_limited,
      input_tokens = d.input_tokens + excluded.input_tokens, output_tokens = d.output_tokens + excluded.output_tokens,
      cache_read_tokens = d.cache_read_tokens + excluded.cache_read_tokens,
      cache_write_5m_tokens = d.cache_write_5m_tokens + excluded.cache_write_5m_tokens,
      cache_write_1h_tokens = d.cache_write_1h_tokens + excluded.cache_write_1h_tokens,
      web_searches = d.web_searches + excluded.web_searches, cost = d.cost + excluded.cost;
  return null;
end $function$;
