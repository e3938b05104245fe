-- Records that wait are written for many calls at once. Whoever writes records holds one lock, so that the sums by hour and
-- day are never locked in a circle.
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
        error_type, http_status, stop_reason, is_stream, input_tokens, output_tokens, cache_read_tokens,
        cache_write_5m_tokens, cache_write_1h_tokens, web_searches, cost_basis, anthropic_request_id, label, tags)
      select calls.id, (calls.value ->> 1)::numeric, coalesce((calls.value ->> 5)::timestamptz, p_at), e.user_id, e.organization_id, e.configuration_version,
        e.model_asked, e.model_served, e.api_version, e.key_slot, e.experiment_variant, e.started_at, e.first_byte_ms,
        e.duration_ms, e.attempts, e.outcome, e.error_type, e.http_status, e.stop_reason, e.is_stream, e.input_tokens,
        e.output_tokens, e.cache_read_tokens, e.cache_write_5m_tokens, e.cache_write_1h_tokens, e.web_searches,
        e.cost_basis, e.anthropic_request_id, e.label, e.tags
      from fresh join calls on calls.id = fresh.id, jsonb_populate_record(null::public.ai_usage_events, calls.value -> 4) as e
  ) select array_agg(fresh.id) into booked from fresh;
  return coalesce(booked, '{}');
end $function$;
--> statement-breakpoint
create function private.write_pending_calls(p_ids uuid[]) returns integer
language plpgsql security definer set search_path to '' set enable_seqscan to 'off'
as $$
declare
  at timestamptz := private.admission_now();
  taken uuid[];
  one uuid;
begin
  if p_ids is null and not exists (select from private.pending_calls p where p.problem is null) then return 0; end if;
  perform pg_advisory_xact_lock(hashtextextended('ledger', 7));
  if p_ids is null then
    taken := array(select p.id from private.pending_calls p where p.problem is null limit 500);
  else
    taken := array(select p.id from private.pending_calls p where p.id = any (p_ids) and p.problem is null);
  end if;
  if cardinality(taken) = 0 then return 0; end if;
  -- Also in an admission, which waits for no disk: whoever finds its records written here takes that for a sign that they are
  -- on disk, as they are when the lock is free again.
  perform set_config('synchronous_commit', 'on', true);
  begin
    perform private.write_usage_events((
      select jsonb_agg(jsonb_build_array(p.id, p.cost::text, null, null, p.record::jsonb, p.settled_at))
        from private.pending_calls p where p.id = any (taken)), at);
    delete from private.pending_calls p where p.id = any (taken);
  exception when data_exception or integrity_constraint_violation then
    -- One of them is none that the ledger takes: the others are written alone, and it waits for somebody to look at it.
    foreach one in array taken loop
      begin
        perform private.write_usage_events((
          select jsonb_build_array(jsonb_build_array(p.id, p.cost::text, null, null, p.record::jsonb, p.settled_at))
            from private.pending_calls p where p.id = one), at);
        delete from private.pending_calls p where p.id = one;
      exception when data_exception or integrity_constraint_violation then
        raise warning 'The ledger does not take call %: %', one, sqlstate;
        update private.pending_calls p set problem = sqlstate where p.id = one;
      end;
    end loop;
  end;
  return cardinality(taken);
end $$;
--> statement-breakpoint
revoke execute on function private.write_pending_calls(uuid[]) from public, anon, authenticated, service_role;
--> statement-breakpoint
grant execute on function private.write_pending_calls(uuid[]) to ai_config_app;
--> statement-breakpoint
create or replace function private.spent_in_windows(p text) returns text
language plpgsql security definer set search_path to ''
as $$
begin
  while private.write_pending_calls(null) > 0 loop end loop;
  return (
    select coalesce(json_agg(trim_scale(private.ledger_cost(w.value ->> 0, to_timestamp((w.value ->> 1)::double precision / 1000),
        to_timestamp((w.value ->> 2)::double precision / 1000)))::text order by w.place), '[]')::text
      from jsonb_array_elements(p::jsonb) with ordinality as w (value, place));
end $$;
