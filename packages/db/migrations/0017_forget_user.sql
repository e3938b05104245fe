-- Append-only, but for blanking what a deleted account's rows said: who, when and what kind of change stay.
create or replace function private.refuse_change() returns trigger
  language plpgsql set search_path = '' as $$
begin
  if tg_op = 'UPDATE' and current_setting('app.forgetting', true) = 'on' then
    new.old_value := null;
    new.new_value := null;
    new.config_name := null;
    new.reason := null;
    new.request_id := null;
    if (to_jsonb(new) - array['old_value', 'new_value', 'config_name', 'reason', 'request_id'])
      = (to_jsonb(old) - array['old_value', 'new_value', 'config_name', 'reason', 'request_id'])
    then
      return new;
    end if;
  end if;
  raise exception '% is append-only.', tg_table_name using errcode = '42501';
end $$;
--> statement-breakpoint
-- For a request to be forgotten, after the account was deleted: the owner of the database calls it by hand. No
-- role of the application may update the audit, so none can use the setting.
create or replace function private.forget_user(p_user_id uuid) returns integer
  language plpgsql volatile security invoker set search_path = '' as $$
declare
  blanked integer;
begin
  if exists (select from auth.users u where u.id = p_user_id) then
    raise exception 'Delete the account first.' using errcode = '23514';
  end if;
  perform set_config('app.forgetting', 'on', true);
  update public.ai_configuration_audit a set old_value = null where a.user_id = p_user_id;
  get diagnostics blanked = row_count;
  perform set_config('app.forgetting', '', true);
  return blanked;
end $$;
--> statement-breakpoint
revoke execute on function private.forget_user(uuid) from public, anon, authenticated, service_role;
