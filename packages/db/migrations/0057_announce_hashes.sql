-- Whoever has a login at the database may listen. What they hear names nobody: only who knows an id recognises it.
create function private.announced_name(p_id uuid) returns text
language sql immutable set search_path to ''
as $$ select left(encode(sha256(convert_to(p_id::text, 'UTF8')), 'hex'), 32) $$;
--> statement-breakpoint
revoke execute on function private.announced_name(uuid) from public, anon, authenticated, service_role;
--> statement-breakpoint
create or replace function private.announce(p_user_id uuid, p_organization_id uuid) returns void
language sql security definer set search_path to ''
as $$
  select pg_notify('ai_config_changed', json_build_object(
    't', case when p_user_id is null then 'organization' else 'user' end,
    'h', private.announced_name(coalesce(p_user_id, p_organization_id))
  )::text)
$$;
--> statement-breakpoint
create or replace function private.write_alerts(p_alerts jsonb) returns void
language plpgsql set search_path to '' as $$
declare
  alert jsonb;
  owner text[];
begin
  for alert in select a.value from jsonb_array_elements(p_alerts) as a loop
    owner := string_to_array(alert ->> 0, ':');
    insert into public.budget_alerts (user_id, organization_id, period, threshold, limit_usd, spent, starts_at, resets_at)
      values (
        case when owner[1] = 'user' then owner[2]::uuid end,
        case when owner[1] = 'organization' then owner[2]::uuid end,
        alert ->> 1, (alert ->> 2)::numeric, (alert ->> 3)::numeric, (alert ->> 4)::numeric,
        to_timestamp((alert ->> 5)::double precision / 1000), to_timestamp((alert ->> 6)::double precision / 1000))
      on conflict on constraint budget_alerts_once do nothing;
    if found then
      perform pg_notify('ai_config_budget_alerts', json_build_object(
        't', owner[1], 'h', private.announced_name(owner[2]::uuid))::text);
    end if;
  end loop;
end $$;
