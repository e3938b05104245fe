-- What the calls of each of these windows cost by the ledger, for budgets that are counted elsewhere. `p` is JSON: scope, start and
-- end in milliseconds of each window. The answer is JSON, the amounts as text side by side with the windows.
create function private.spent_in_windows(p text) returns text
language sql stable security definer set search_path to ''
as $$
  select coalesce(json_agg(trim_scale(private.ledger_cost(w.value ->> 0, to_timestamp((w.value ->> 1)::double precision / 1000),
      to_timestamp((w.value ->> 2)::double precision / 1000)))::text order by w.place), '[]')::text
    from jsonb_array_elements(p::jsonb) with ordinality as w (value, place);
$$;
--> statement-breakpoint
revoke execute on function private.spent_in_windows(text) from public, anon, authenticated, service_role;
--> statement-breakpoint
grant execute on function private.spent_in_windows(text) to ai_config_app;
