-- Sums whole days where it can: the hours of a month are as many rows as an organization has people, 720 times.
create or replace function private.ledger_cost(p_scope text, p_from timestamptz, p_to timestamptz) returns numeric
language plpgsql stable set search_path to '' set enable_seqscan to 'off'
as $$
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
      select e.cost from public.ai_usage_events e where e.user_id = owner and e.started_at >= last_hour and e.started_at < p_to) x;
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
      select e.cost from public.ai_usage_events e where e.organization_id = owner and e.started_at >= last_hour and e.started_at < p_to) x;
  end if;
  return coalesce(answer, 0);
end $$;
