-- Writes calls to the ledger whose cost is counted elsewhere. `p` is JSON as of `private.write_usage_events`. Answers how
-- many were written: those that are there already are left out.
create function private.record_calls(p text) returns integer
language sql security definer set search_path to ''
as $$ select cardinality(private.write_usage_events(p::jsonb, private.admission_now())) $$;
--> statement-breakpoint
revoke execute on function private.record_calls(text) from public, anon, authenticated, service_role;
--> statement-breakpoint
grant execute on function private.record_calls(text) to ai_config_app;
