-- A call counts as held back for its number where Anthropic refused it with 429, where it said so inside of a stream, and where it
-- was not sent because of that; not where a cap on spending refused it, which answers 429 as well and is a type of its own.
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
        count(*) filter (where (a.http_status = 429 or a.error_type = 'rate_limit_error') and a.error_type is distinct from 'spend_limit'),
        sum(a.input_tokens), sum(a.output_tokens), sum(a.cache_read_tokens),
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
        count(*) filter (where (a.http_status = 429 or a.error_type = 'rate_limit_error') and a.error_type is distinct from 'spend_limit'),
        sum(a.input_tokens), sum(a.output_tokens), sum(a.cache_read_tokens),
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
--> statement-breakpoint
-- Nobody adds to the sums meanwhile.
select pg_advisory_xact_lock(hashtextextended('ledger', 7));
--> statement-breakpoint
update public.ai_usage_hourly h set rate_limited = h.rate_limited + e.calls
  from (select date_trunc('hour', started_at, 'UTC') as starts_at, user_id, organization_id,
      coalesce(model_served, model_asked) as model, key_slot, count(*)::integer as calls
    from public.ai_usage_events
    where operation = 'message' and error_type = 'rate_limit_error' and http_status is distinct from 429
    group by 1, 2, 3, 4, 5) e
  where h.starts_at = e.starts_at and h.user_id = e.user_id and h.organization_id is not distinct from e.organization_id
    and h.model = e.model and h.key_slot = e.key_slot;
--> statement-breakpoint
update public.ai_usage_daily d set rate_limited = d.rate_limited + e.calls
  from (select date_trunc('day', started_at, 'UTC') as starts_at, user_id, organization_id,
      coalesce(model_served, model_asked) as model, key_slot, count(*)::integer as calls
    from public.ai_usage_events
    where operation = 'message' and error_type = 'rate_limit_error' and http_status is distinct from 429
    group by 1, 2, 3, 4, 5) e
  where d.starts_at = e.starts_at and d.user_id = e.user_id and d.organization_id is not distinct from e.organization_id
    and d.model = e.model and d.key_slot = e.key_slot;
