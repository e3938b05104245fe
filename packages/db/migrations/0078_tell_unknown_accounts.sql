-- An account without a snapshot has stored nothing yet, or does not exist: `null` tells of the latter, so that no call is made
-- for it. Only where there is no snapshot one more look-up tells.
create or replace function private.read_layers(p_actor_type text, p_actor text, p_user_id uuid, p_organization_id uuid)
returns text
language plpgsql stable security definer set search_path to ''
as $$
declare
  user_layers text;
  organization uuid;
  organization_layers text;
begin
  if p_actor_type is distinct from 'service' and (p_actor_type = 'user' and p_actor::uuid = p_user_id) is not true then
    raise exception 'A configuration is read by its own user.' using errcode = '42501';
  end if;
  select s.layers, s.organization_id into user_layers, organization
    from private.user_snapshots s where s.user_id = p_user_id;
  if p_organization_id is not null then
    select m.organization_id into organization from public.organization_members m
      where m.user_id = p_user_id and m.organization_id = p_organization_id;
    if not found then
      raise exception 'Only a member has the configuration of an organization.' using errcode = '42501';
    end if;
  end if;
  if user_layers is null and not exists (select from auth.users u where u.id = p_user_id) then
    return 'null';
  end if;
  if organization is not null then
    select s.layers into organization_layers
      from private.organization_snapshots s where s.organization_id = organization;
  end if;
  return '[' || coalesce(user_layers, 'null') || ',' || coalesce(organization_layers, 'null') || ']';
end $$;
--> statement-breakpoint
-- What was stored for an account is announced as it goes with it; of one that had stored nothing this is the only word.
create function private.announce_deleted_user() returns trigger
language plpgsql security definer set search_path to ''
as $$
begin
  perform private.announce(old.id, null);
  return null;
end $$;
--> statement-breakpoint
revoke execute on function private.announce_deleted_user() from public, anon, authenticated, service_role;
--> statement-breakpoint
create trigger notify_ai_config_deleted after delete on auth.users
  for each row execute function private.announce_deleted_user();
