create or replace function private.create_organization(p_name text) returns uuid
  language plpgsql security definer set search_path = '' as $$
declare
  actor uuid := auth.uid();
  created uuid;
begin
  if actor is null then
    raise exception 'Only a signed-in user can create an organization.' using errcode = '42501';
  end if;
  insert into public.organizations (name, created_by) values (p_name, actor) returning id into created;
  insert into public.organization_members (organization_id, user_id, role) values (created, actor, 'owner');
  return created;
end $$;
--> statement-breakpoint
-- Joins the caller by the hash of an invitation's token. Whoever promised must still be allowed to promise it.
create or replace function private.accept_invitation(p_token_hash text) returns uuid
  language plpgsql security definer set search_path = '' as $$
declare
  actor uuid := auth.uid();
  invitation public.organization_invitations;
begin
  if actor is null then
    raise exception 'Only a signed-in user can accept an invitation.' using errcode = '42501';
  end if;
  select * into invitation from public.organization_invitations i
    where i.token_hash = p_token_hash and i.accepted_at is null and i.expires_at > clock_timestamp()
    for update;
  if invitation.organization_id is null
    or (invitation.email is not null and not exists (
      select from auth.users u where u.id = actor and lower(u.email) = lower(invitation.email)))
    or (invitation.invited_by is not null and not exists (
      select from public.organization_members m
      where m.organization_id = invitation.organization_id and m.user_id = invitation.invited_by
        and (m.role = 'owner' or (m.role = 'admin' and invitation.role <> 'owner'))))
  then
    raise exception 'The invitation is not valid.' using errcode = 'P0002';
  end if;
  insert into public.organization_members (organization_id, user_id, role)
    values (invitation.organization_id, actor, invitation.role)
    on conflict (user_id, organization_id) do nothing;
  update public.organization_invitations set accepted_at = clock_timestamp(), accepted_by = actor
    where id = invitation.id;
  return invitation.organization_id;
end $$;
--> statement-breakpoint
create or replace function private.set_default_organization(p_organization_id uuid) returns void
  language plpgsql security definer set search_path = '' as $$
begin
  update public.organization_members set is_default = true
    where organization_id = p_organization_id and user_id = auth.uid();
  if not found then
    raise exception 'Only a member can make an organization the default.' using errcode = '42501';
  end if;
end $$;
--> statement-breakpoint
-- Names for ids, of oneself and of people one shares an organization with. Row by row as JSON, because
-- Supabase's table of users has other columns than ours.
create or replace function private.describe_users(p_user_ids uuid[]) returns table (id uuid, name text, email text)
  language plpgsql stable security definer set search_path = '' as $$
declare
  actor uuid := auth.uid();
  is_service boolean := coalesce(nullif(current_setting('role', true), 'none'), session_user)
    in ('ai_config_service', 'service_role');
begin
  return query
    select u.id, coalesce(to_jsonb(u) ->> 'name', to_jsonb(u) -> 'raw_user_meta_data' ->> 'name'), u.email::text
    from auth.users u
    where u.id = any (p_user_ids)
      and (u.id = actor or (actor is null and is_service) or exists (
        select from public.organization_members theirs
        where theirs.user_id = u.id
          and theirs.organization_id = any (array(
            select m.organization_id from public.organization_members m where m.user_id = actor))));
end $$;
--> statement-breakpoint
-- Exactly one membership of a user is the default: the first, until they choose another.
create or replace function private.choose_default_membership() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  -- Two memberships of one user made at once would both find none.
  perform pg_advisory_xact_lock(hashtextextended('default membership ' || new.user_id, 0));
  if tg_op = 'INSERT' then
    new.created_at := clock_timestamp();
    if not exists (select from public.organization_members m where m.user_id = new.user_id and m.is_default) then
      new.is_default := true;
    elsif new.is_default then
      update public.organization_members set is_default = false where user_id = new.user_id and is_default;
    end if;
    return new;
  end if;
  if new.user_id <> old.user_id or new.organization_id <> old.organization_id then
    raise exception 'A membership cannot be given to somebody else.' using errcode = '42501';
  end if;
  if new.is_default and not old.is_default then
    update public.organization_members set is_default = false where user_id = new.user_id and is_default;
  elsif old.is_default and not new.is_default and pg_trigger_depth() = 1 then
    raise exception 'Make another organization the default instead.' using errcode = '23514';
  end if;
  return new;
end $$;
--> statement-breakpoint
create or replace trigger choose_default_membership before insert or update on public.organization_members
  for each row execute function private.choose_default_membership();
--> statement-breakpoint
create or replace function private.replace_default_membership() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  update public.organization_members m set is_default = true
    where m.user_id = old.user_id and m.organization_id = (
      select c.organization_id from public.organization_members c
      where c.user_id = old.user_id order by c.created_at, c.organization_id limit 1);
  return null;
end $$;
--> statement-breakpoint
create or replace trigger replace_default_membership after delete on public.organization_members
  for each row when (old.is_default) execute function private.replace_default_membership();
--> statement-breakpoint
-- The last owner can neither leave nor be demoted. When the account itself goes, the organization must not stop
-- that: the longest-serving member of the highest role takes over. When the organization goes, so do its owners.
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
    return null;
  end if;
  raise exception 'An organization keeps at least one owner.' using errcode = '23001';
end $$;
--> statement-breakpoint
create or replace trigger keep_an_owner_on_delete after delete on public.organization_members
  for each row when (old.role = 'owner') execute function private.keep_an_owner();
--> statement-breakpoint
create or replace trigger keep_an_owner_on_update after update on public.organization_members
  for each row when (old.role = 'owner' and new.role <> 'owner') execute function private.keep_an_owner();
