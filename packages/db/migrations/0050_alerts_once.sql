ALTER TABLE "budget_alerts" ADD CONSTRAINT "budget_alerts_once" UNIQUE NULLS NOT DISTINCT("user_id","organization_id","period","starts_at","limit_usd","threshold");
--> statement-breakpoint
create or replace function private.write_alerts(p_alerts jsonb) returns void
language plpgsql set search_path to '' as $$
declare
  alert jsonb;
begin
  for alert in select a.value from jsonb_array_elements(p_alerts) as a loop
    insert into public.budget_alerts (user_id, organization_id, period, threshold, limit_usd, spent, starts_at, resets_at)
      values (
        case when alert ->> 0 like 'user:%' then substr(alert ->> 0, 6)::uuid end,
        case when alert ->> 0 like 'organization:%' then substr(alert ->> 0, 14)::uuid end,
        alert ->> 1, (alert ->> 2)::numeric, (alert ->> 3)::numeric, (alert ->> 4)::numeric,
        to_timestamp((alert ->> 5)::double precision / 1000), to_timestamp((alert ->> 6)::double precision / 1000))
      on conflict on constraint budget_alerts_once do nothing;
    if found then perform pg_notify('ai_config_budget_alerts', alert ->> 0); end if;
  end loop;
end $$;
