grant select, insert, update, delete on identity.issuer_accounts to ai_config_identity;
--> statement-breakpoint
-- An account that an issuer vouches for ends when the issuer says so. A password beside it, such as one set by a
-- link from the mail, would go on.
create function private.refuse_second_sign_in() returns trigger
  language plpgsql set search_path = '' as $$
begin
  if exists (select from identity.issuer_accounts i where i.user_id = new.user_id) then
    raise exception 'This account signs in through an issuer.' using errcode = '42501';
  end if;
  return new;
end $$;
--> statement-breakpoint
revoke execute on function private.refuse_second_sign_in() from public;
--> statement-breakpoint
create trigger refuse_second_sign_in before insert on identity.accounts
  for each row execute function private.refuse_second_sign_in();
--> statement-breakpoint
-- Who an account is, where Supabase keeps them: no row for one that is gone, banned or anonymous. Columns that a
-- table of accounts does not have count as empty.
create function private.find_living_user(p_user_id uuid) returns table (name text, email text)
  language plpgsql stable security definer set search_path = '' as $$
begin
  return query
    select coalesce(
        person ->> 'name',
        person -> 'raw_user_meta_data' ->> 'name',
        person -> 'raw_user_meta_data' ->> 'full_name'
      ), person ->> 'email'
    from (select to_jsonb(u) as person from auth.users u where u.id = p_user_id) as found
    where person ->> 'deleted_at' is null
      and coalesce((person ->> 'banned_until')::timestamptz <= clock_timestamp(), true)
      and coalesce((person ->> 'is_anonymous')::boolean, false) is false;
end $$;
--> statement-breakpoint
revoke execute on function private.find_living_user(uuid) from public;
--> statement-breakpoint
grant execute on function private.find_living_user(uuid) to ai_config_identity;
