-- A record names every request of its call that was answered, where it named the last one alone. One statement, so that the
-- months are rewritten once. Nothing held an id of before to what it may be: one with a key in it is left out.
ALTER TABLE "public"."ai_usage_events"
	ALTER COLUMN "anthropic_request_id" TYPE text[] USING case
		when "anthropic_request_id" ~ '(?:sk-ant-|aics_)[A-Za-z0-9_-]{6}' then '{}'
		else array_remove(array[left("anthropic_request_id", 200)], null) end,
	ALTER COLUMN "anthropic_request_id" SET DEFAULT '{}',
	ALTER COLUMN "anthropic_request_id" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "public"."ai_usage_events" RENAME COLUMN "anthropic_request_id" TO "anthropic_request_ids";--> statement-breakpoint
ALTER TABLE "public"."ai_usage_events" ADD CONSTRAINT "ai_usage_events_request_ids_check" CHECK (cardinality("anthropic_request_ids") <= 16 and array_position("anthropic_request_ids", null) is null
        and char_length(array_to_string("anthropic_request_ids", '')) <= 3200
        and array_to_string("anthropic_request_ids", ' ') !~ '(?:sk-ant-|aics_)[A-Za-z0-9_-]{6}');
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
        cache_write_5m_tokens, cache_write_1h_tokens, web_searches, cost_basis, anthropic_request_ids, label, tags)
      select calls.id, (calls.value ->> 1)::numeric, coalesce((calls.value ->> 5)::timestamptz, p_at), e.user_id, e.organization_id, e.configuration_version,
        e.model_asked, e.model_served, e.api_version, e.key_slot, e.experiment_variant, e.started_at, e.first_byte_ms,
        e.duration_ms, e.attempts, e.outcome, e.error_type, e.http_status, e.stop_reason, coalesce(e.operation, 'message'), e.is_stream, e.input_tokens,
        e.output_tokens, e.cache_read_tokens, e.cache_write_5m_tokens, e.cache_write_1h_tokens, e.web_searches,
        e.cost_basis,
        -- Records that waited when this was new name the last request alone.
        coalesce(e.anthropic_request_ids, array_remove(array[calls.value -> 4 ->> 'anthropic_request_id'], null)), e.label, e.tags
      from fresh join calls on calls.id = fresh.id, jsonb_populate_record(null::public.ai_usage_events, calls.value -> 4) as e
  ) select array_agg(fresh.id) into booked from fresh;
  return coalesce(booked, '{}');
end $function$;
