-- Which of these calls were settled, for a store elsewhere that has forgotten it. `p` is JSON: ids. The answer is JSON, true or
-- false side by side with them. Ids are known for a month.
create function private.known_calls(p text) returns text
language sql stable security definer set search_path to ''
as $$
  select coalesce(json_agg(exists (select from private.settled_calls k where k.id = c.id)
      or exists (select from private.pending_calls k where k.id = c.id) order by c.place), '[]')::text
    from (select e.value::uuid as id, e.place
      from jsonb_array_elements_text(p::jsonb) with ordinality as e (value, place)) c;
$$;
--> statement-breakpoint
revoke execute on function private.known_calls(text) from public, anon, authenticated, service_role;
--> statement-breakpoint
grant execute on function private.known_calls(text) to ai_config_app;
