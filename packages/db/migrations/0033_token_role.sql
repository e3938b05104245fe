-- What a sibling app acts as. Roles belong to the whole server, so it may be there already, and another database
-- of ours may be making it just now.
do $$
begin
  if to_regrole('ai_config_token') is null then
    create role ai_config_token nologin noinherit;
  end if;
exception when duplicate_object or unique_violation then
  null;
end $$;
--> statement-breakpoint
grant usage on schema public, private to ai_config_token;
--> statement-breakpoint
-- The organization of the token that asks, where it still lives and may do one of the actions; with none named,
-- whatever it may do. It is asked anew in every statement, so that a token that was revoked has nothing left.
create or replace function private.token_organization(p_actions text[]) returns uuid
  language plpgsql stable security definer set search_path = '' as $$
begin
  return (select t.organization_id from public.service_tokens t
    where t.id = nullif(current_setting('app.token_id', true), '')::uuid
      and t.expires_at > clock_timestamp()
      and (cardinality(p_actions) = 0 or t.actions && p_actions));
end $$;
--> statement-breakpoint
revoke execute on function private.token_organization(text[]) from public;
--> statement-breakpoint
grant execute on function private.token_organization(text[]) to ai_config_token;
