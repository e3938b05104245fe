-- The rows of one or both owners with what an explanation shows, as one value. `sealed` is never part of it.
create or replace function private.layers_snapshot(p_user_id uuid, p_organization_id uuid) returns jsonb
  language plpgsql stable security invoker set search_path = '' as $$
begin
  return jsonb_build_object(
    'userId', p_user_id,
    'organizationId', p_organization_id,
    'organizationName', (select o.name from public.organizations o where o.id = p_organization_id),
    'rows', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'id', c.id,
        'source', case when c.user_id is null then 'organization' else 'user' end,
        'configName', c.config_name,
        'configuration', c.configuration,
        'priority', c.priority,
        'version', c.version,
        'createdAt', to_char(c.created_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'updatedAt', to_char(c.updated_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'updatedBy', c.updated_by
      ) order by c.user_id is not null, c.priority, c.created_at, c.id), '[]')
      from public.ai_configurations c
      where c.is_active and (c.user_id = p_user_id or c.organization_id = p_organization_id)
    ),
    'keys', (
      select coalesce(jsonb_agg(jsonb_build_object(
        'owner', case when k.user_id is null then 'organization' else 'user' end,
        'slot', k.slot,
        'hint', k.hint,
        'keyVersion', k.key_version,
        'status', k.status,
        'verified', k.verified_at is not null
      ) order by k.user_id is not null, k.slot), '[]')
      from private.ai_provider_keys k
      where (k.user_id = p_user_id or k.organization_id = p_organization_id)
        and (k.expires_at is null or k.expires_at > statement_timestamp())
    )
  );
end $$;
--> statement-breakpoint
-- Takes on the actor for the rest of the transaction; in a statement of its own that is until its end.
create or replace function private.act_as(p_actor_type text, p_actor text) returns void
  language plpgsql volatile security invoker set search_path = '' as $$
begin
  if p_actor_type = 'user' then
    perform set_config('request.jwt.claims', json_build_object('sub', p_actor::uuid, 'role', 'authenticated')::text, true),
      set_config('app.actor_name', '', true),
      set_config('role', 'authenticated', true);
  elsif p_actor_type = 'service' then
    perform set_config('request.jwt.claims', '', true),
      set_config('app.actor_name', p_actor, true),
      set_config('role', 'ai_config_service', true);
  else
    raise exception 'Unknown kind of actor.' using errcode = '22023';
  end if;
end $$;
--> statement-breakpoint
-- The hot read: one statement that becomes the actor and reads under row security.
create or replace function private.read_layers_as(
  p_actor_type text, p_actor text, p_user_id uuid, p_organization_id uuid
) returns jsonb language plpgsql volatile security invoker set search_path = '' as $$
declare
  organization uuid;
begin
  perform private.act_as(p_actor_type, p_actor);
  if p_actor_type = 'user' and p_actor::uuid is distinct from p_user_id then
    raise exception 'A configuration is read by its own user.' using errcode = '42501';
  end if;
  select m.organization_id into organization from public.organization_members m
    where m.user_id = p_user_id
      and case when p_organization_id is null then m.is_default else m.organization_id = p_organization_id end;
  if organization is null and p_organization_id is not null then
    raise exception 'Only a member has the configuration of an organization.' using errcode = '42501';
  end if;
  return private.layers_snapshot(p_user_id, organization);
end $$;
--> statement-breakpoint
-- The same for an organization by itself, without anybody's own rows.
create or replace function private.read_organization_layers_as(
  p_actor_type text, p_actor text, p_organization_id uuid
) returns jsonb language plpgsql volatile security invoker set search_path = '' as $$
begin
  perform private.act_as(p_actor_type, p_actor);
  if not exists (select from public.organizations o where o.id = p_organization_id) then
    raise exception 'Only a member has the configuration of an organization.' using errcode = '42501';
  end if;
  return private.layers_snapshot(null, p_organization_id);
end $$;
