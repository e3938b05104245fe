-- Sealed under another master key a key has another fingerprint, and is as old as before.
create or replace function private.touch_provider_key() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    new.created_at := clock_timestamp();
    return new;
  end if;
  if new.id <> old.id
    or new.user_id is distinct from old.user_id
    or new.organization_id is distinct from old.organization_id
    or new.provider <> old.provider
  then
    raise exception 'The owner and id of a key never change.' using errcode = '42501';
  end if;
  new.created_at := case
    when new.fingerprint = old.fingerprint or (new.kek_id <> old.kek_id and new.key_version = old.key_version)
      then old.created_at
    else clock_timestamp() end;
  return new;
end $$;
