-- Texts of a list, none of them blank.
create or replace function private.json_is_text_list(value jsonb, items_max integer, length_max integer) returns boolean
  language sql immutable strict parallel safe set search_path = '' as $$
  select case
    when jsonb_typeof(value) <> 'array' then false
    when jsonb_array_length(value) > items_max then false
    else (
      select coalesce(bool_and(private.json_is_text(item, 0, length_max) and item #>> '{}' ~ '[^ \t\r\n]'), true)
      from jsonb_array_elements(value) as item
    )
  end
$$;
--> statement-breakpoint
revoke execute on function private.json_is_text_list(jsonb, integer, integer) from public, anon;
--> statement-breakpoint
grant execute on function private.json_is_text_list(jsonb, integer, integer)
  to authenticated, ai_config_service, service_role;
