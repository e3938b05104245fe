-- The active rows and the keys of one owner, as a snapshot keeps them, with who the organization is. `sealed` is
-- never part of it.
create or replace function private.owner_layers(p_user_id uuid, p_organization_id uuid) returns json
  language plpgsql stable security definer set search_path = '' as $$
begin
  return json_build_object(
    'id', p_organization_id,
    'name', (select o.name from public.organizations o where o.id = p_organization_id),
    'rows', (
      select coalesce(json_agg(json_build_object(
        'id', c.id,
        'source', case when c.user_id is null then 'organization' else 'user' end,
        'configName', c.config_name,
        'configuration', c.configuration,
        'priority', c.priority,
        'version', c.version,
        'createdAt', to_char(c.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'updatedAt', to_char(c.updated_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'updatedBy', c.updated_by
      ) order by c.priority, c.created_at, c.id), '[]')
      from public.ai_configurations c
      where c.is_active and (c.user_id = p_user_id or c.organization_id = p_organization_id)
    ),
    'keys', (
      select coalesce(json_agg(json_build_object(
        'owner', case when k.user_id is null then 'organization' else 'user' end,
        'slot', k.slot,
        'hint', k.hint,
        'keyVersion', k.key_version,
        'status', k.status,
        'verified', k.verified_at is not null,
        'expiresAt', to_char(k.expires_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
      ) order by k.slot), '[]')
      from private.ai_provider_keys k
      where k.user_id = p_user_id or k.organization_id = p_organization_id
    )
  );
end $$;
--> statement-breakpoint
-- Two transactions that change rows of one owner take turns here, and the second sees what the first one did:
-- the lock comes before the statement that reads. An owner who is just being deleted needs no snapshot.
create or replace function private.refresh_user_snapshot(p_user_id uuid) returns void
  language plpgsql volatile security definer set search_path = '' as $$
begin
  if not exists (select from auth.users u where u.id = p_user_id) then return; end if;
  insert into private.user_snapshots (user_id, layers) values (p_user_id, '{}') on conflict do nothing;
  perform from private.user_snapshots s where s.user_id = p_user_id for update;
  update private.user_snapshots s set
    organization_id = (
      select m.organization_id from public.organization_members m where m.user_id = p_user_id and m.is_default
    ),
    layers = private.owner_layers(p_user_id, null)
    where s.user_id = p_user_id;
end $$;
--> statement-breakpoint
create or replace function private.refresh_organization_snapshot(p_organization_id uuid) returns void
  language plpgsql volatile security definer set search_path = '' as $$
begin
  if not exists (select from public.organizations o where o.id = p_organization_id) then return; end if;
  insert into private.organization_snapshots (organization_id, layers)
    values (p_organization_id, '{}') on conflict do nothing;
  perform from private.organization_snapshots s where s.organization_id = p_organization_id for update;
  update private.organization_snapshots s set layers = private.owner_layers(null, p_organization_id)
    where s.organization_id = p_organization_id;
end $$;
--> statement-breakpoint
create or replace function private.refresh_owner_snapshot() returns trigger
  language plpgsql security definer set search_path = '' as $$
declare
  owned record := case when tg_op = 'DELETE' then old else new end;
begin
  if owned.user_id is not null then
    perform private.refresh_user_snapshot(owned.user_id);
  else
    perform private.refresh_organization_snapshot(owned.organization_id);
  end if;
  return null;
end $$;
--> statement-breakpoint
create or replace trigger refresh_snapshot after insert or update or delete on public.ai_configurations
  for each row execute function private.refresh_owner_snapshot();
--> statement-breakpoint
create or replace trigger refresh_snapshot_of_key after insert or delete on private.ai_provider_keys
  for each row execute function private.refresh_owner_snapshot();
--> statement-breakpoint
-- Being used, or sealed under another master key, changes nothing that a snapshot shows.
create or replace trigger refresh_snapshot_of_changed_key
  after update of slot, hint, key_version, status, verified_at, expires_at on private.ai_provider_keys
  for each row execute function private.refresh_owner_snapshot();
--> statement-breakpoint
create or replace function private.refresh_member_snapshot() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  perform private.refresh_user_snapshot(case when tg_op = 'DELETE' then old.user_id else new.user_id end);
  return null;
end $$;
--> statement-breakpoint
create or replace trigger refresh_snapshot after insert or update of is_default or delete on public.organization_members
  for each row execute function private.refresh_member_snapshot();
--> statement-breakpoint
create or replace function private.refresh_named_snapshot() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  perform private.refresh_organization_snapshot(new.id);
  return null;
end $$;
--> statement-breakpoint
create or replace trigger refresh_snapshot after insert or update of name on public.organizations
  for each row execute function private.refresh_named_snapshot();
--> statement-breakpoint
-- Makes every snapshot anew: for what was stored before there were any, and after an import without triggers.
create or replace function private.refresh_all_snapshots() returns void
  language plpgsql volatile security definer set search_path = '' as $$
begin
  perform private.refresh_organization_snapshot(o.id) from public.organizations o;
  perform private.refresh_user_snapshot(u.id) from (
    select c.user_id as id from public.ai_configurations c where c.user_id is not null
    union select k.user_id from private.ai_provider_keys k where k.user_id is not null
    union select m.user_id from public.organization_members m
  ) u;
end $$;
--> statement-breakpoint
select private.refresh_all_snapshots();
--> statement-breakpoint
drop function private.read_layers_as(text, text, uuid, uuid);
--> statement-breakpoint
drop function private.read_organization_layers_as(text, text, uuid);
--> statement-breakpoint
drop function private.layers_snapshot(uuid, uuid);
--> statement-breakpoint
-- The hot read: `[user, organization]` as JSON text, so that nothing is built or checked again on the way. It
-- judges by itself what row security would: a user reads their own, with an organization they belong to. Only
-- the application's login may call it, so the actor is the one that the application names.
create or replace function private.read_layers(
  p_actor_type text, p_actor text, p_user_id uuid, p_organization_id uuid
) returns text language plpgsql stable security definer set search_path = '' as $$
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
  if organization is not null then
    select s.layers into organization_layers
      from private.organization_snapshots s where s.organization_id = organization;
  end if;
  return '[' || coalesce(user_layers, 'null') || ',' || coalesce(organization_layers, 'null') || ']';
end $$;
--> statement-breakpoint
-- The same for an organization by itself, without anybody's own rows.
create or replace function private.read_organization_layers(
  p_actor_type text, p_actor text, p_organization_id uuid
) returns text language plpgsql stable security definer set search_path = '' as $$
declare
  organization_layers text;
begin
  if p_actor_type = 'service' or p_actor_type = 'user' and exists (
    select from public.organization_members m
    where m.user_id = p_actor::uuid and m.organization_id = p_organization_id
  ) then
    select s.layers into organization_layers
      from private.organization_snapshots s where s.organization_id = p_organization_id;
  end if;
  if organization_layers is null then
    raise exception 'Only a member has the configuration of an organization.' using errcode = '42501';
  end if;
  return organization_layers;
end $$;
--> statement-breakpoint
revoke all on private.user_snapshots, private.organization_snapshots
  from public, anon, authenticated, service_role, ai_config_service;
--> statement-breakpoint
revoke execute on all functions in schema private from public, anon;
--> statement-breakpoint
revoke execute on function private.owner_layers(uuid, uuid), private.refresh_user_snapshot(uuid),
  private.refresh_organization_snapshot(uuid), private.refresh_all_snapshots(), private.refresh_owner_snapshot(),
  private.refresh_member_snapshot(), private.refresh_named_snapshot(),
  private.read_layers(text, text, uuid, uuid), private.read_organization_layers(text, text, uuid)
  from authenticated, service_role;
--> statement-breakpoint
grant execute on function private.read_layers(text, text, uuid, uuid),
  private.read_organization_layers(text, text, uuid) to ai_config_app;
