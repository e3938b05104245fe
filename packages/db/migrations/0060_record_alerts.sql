-- Keeps alerts of budgets that are counted elsewhere. `p` is JSON as of `private.write_alerts`. One that is there already is
-- left as it is, and not announced again.
create function private.record_alerts(p text) returns void
language plpgsql security definer set search_path to ''
as $$ begin perform private.write_alerts(p::jsonb); end $$;
--> statement-breakpoint
revoke execute on function private.record_alerts(text) from public, anon, authenticated, service_role;
--> statement-breakpoint
grant execute on function private.record_alerts(text) to ai_config_app;
