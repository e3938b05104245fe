-- Users keep what they need: seeing their keys and removing them. See the schema for why not more.
revoke insert, update on private.ai_provider_keys from authenticated;
--> statement-breakpoint
revoke insert (slot, sealed, kek_id, fingerprint, hint, key_version, status, verified_at, expires_at),
  update (slot, sealed, kek_id, fingerprint, hint, key_version, status, verified_at, expires_at)
  on private.ai_provider_keys from authenticated;
--> statement-breakpoint
-- A hundred rows are more than anybody arranges by hand, and few enough for every read to carry them.
create or replace function private.limit_configurations() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  -- Rows of one owner made at once would each find room.
  perform pg_advisory_xact_lock(hashtextextended('configurations of ' || coalesce(new.user_id, new.organization_id), 0));
  if (select count(*) from public.ai_configurations c
    where c.user_id = new.user_id or c.organization_id = new.organization_id) >= 100
  then
    raise exception 'There are 100 configurations already. Delete one first.' using errcode = '54000';
  end if;
  return new;
end $$;
--> statement-breakpoint
create or replace trigger limit_configurations before insert on public.ai_configurations
  for each row execute function private.limit_configurations();
--> statement-breakpoint
-- As before, and an invitation of a user ends within a week however long they ask for.
create or replace function private.touch_invitation() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  new.created_at := clock_timestamp();
  if auth.uid() is not null then
    new.id := gen_random_uuid();
    new.invited_by := auth.uid();
    new.accepted_at := null;
    new.accepted_by := null;
    new.expires_at := least(new.expires_at, new.created_at + interval '7 days');
  end if;
  return new;
end $$;
--> statement-breakpoint
-- As before, and an organization whose last member's account goes, goes with it: nobody could reach its rows and
-- sealed keys any more.
create or replace function private.keep_an_owner() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  -- Owners leaving at once wait for each other here, so that the last of them is noticed.
  perform from public.organizations o where o.id = old.organization_id for no key update;
  if not found or exists (
    select from public.organization_members m
    where m.organization_id = old.organization_id and m.role = 'owner')
  then
    return null;
  end if;
  if tg_op = 'DELETE' and not exists (select from auth.users u where u.id = old.user_id) then
    update public.organization_members m set role = 'owner'
      where m.organization_id = old.organization_id and m.user_id = (
        select c.user_id from public.organization_members c
        where c.organization_id = old.organization_id
        order by array_position(array['admin', 'member', 'viewer'], c.role), c.created_at, c.user_id limit 1);
    if not found then
      delete from public.organizations o where o.id = old.organization_id;
    end if;
    return null;
  end if;
  raise exception 'An organization keeps at least one owner.' using errcode = '23001';
end $$;
--> statement-breakpoint
revoke execute on function private.limit_configurations() from public, anon, authenticated, service_role;
