create or replace function private.touch_policy() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    new.version := 1;
    new.updated_at := clock_timestamp();
    new.updated_by := auth.uid();
    return new;
  end if;
  if new.organization_id <> old.organization_id then
    raise exception 'A policy stays with its organization.' using errcode = '42501';
  end if;
  if new.policy is not distinct from old.policy then
    -- Nothing to say, so nothing happens; only a deleted account may take its name off the row.
    new.version := old.version;
    new.updated_at := old.updated_at;
    new.updated_by := case when new.updated_by is null then null else old.updated_by end;
    return new;
  end if;
  new.version := old.version + 1;
  new.updated_at := greatest(clock_timestamp(), old.updated_at);
  new.updated_by := auth.uid();
  return new;
end $$;
--> statement-breakpoint
create or replace trigger touch_organization_policies before insert or update on public.organization_policies
  for each row execute function private.touch_policy();
--> statement-breakpoint
create or replace trigger refuse_truncate before truncate on public.organization_policies
  for each statement execute function private.refuse_truncate();
--> statement-breakpoint
create or replace function private.audit_policy() returns trigger
  language plpgsql security definer set search_path = '' as $$
declare
  changed public.organization_policies := case when tg_op = 'DELETE' then old else new end;
  before jsonb := case when tg_op <> 'INSERT' then old.policy end;
  after jsonb := case when tg_op <> 'DELETE' then new.policy end;
begin
  if before is distinct from after then
    perform private.write_audit('policy', changed.organization_id, null, changed.organization_id,
      null, lower(tg_op), changed.version, before, after);
  end if;
  return null;
end $$;
--> statement-breakpoint
create or replace trigger audit_organization_policy_changes
  after insert or update or delete on public.organization_policies
  for each row execute function private.audit_policy();
--> statement-breakpoint
-- The policy becomes part of what is kept ready for the organization's members.
create or replace function private.owner_layers(p_user_id uuid, p_organization_id uuid) returns json
  language plpgsql stable security definer set search_path = '' as $$
begin
  return json_build_object(
    'id', p_organization_id,
    'name', (select o.name from public.organizations o where o.id = p_organization_id),
    'policy', (
      select json_build_object('version', p.version, 'rules', p.policy)
      from public.organization_policies p where p.organization_id = p_organization_id and p.policy <> '{}'
    ),
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
create or replace function private.spread_policy() returns trigger
  language plpgsql security definer set search_path = '' as $$
declare
  changed public.organization_policies := case when tg_op = 'DELETE' then old else new end;
begin
  perform private.refresh_organization_snapshot(changed.organization_id);
  perform private.announce(null, changed.organization_id);
  return null;
end $$;
--> statement-breakpoint
create or replace trigger spread_policy after insert or delete or update of policy on public.organization_policies
  for each row execute function private.spread_policy();
--> statement-breakpoint
-- Refuses what the organization in force does not let its members store: an organization's own rows go by its
-- policy, a user's by that of their default organization. In any other organization they are limited on reading.
create or replace function private.hold_to_policy() returns trigger
  language plpgsql security definer set search_path = '' as $$
declare
  breaches text[];
begin
  select private.policy_breaches(p.policy, new.configuration, case when tg_op = 'UPDATE' then old.configuration end)
    into breaches from public.organization_policies p
    where p.organization_id = coalesce(new.organization_id, (
      select m.organization_id from public.organization_members m where m.user_id = new.user_id and m.is_default));
  if cardinality(breaches) > 0 then
    raise exception 'The policy of the organization refuses: %', array_to_string(breaches, ', ')
      using errcode = 'AC001';
  end if;
  return new;
end $$;
--> statement-breakpoint
create or replace trigger hold_to_policy before insert or update of configuration on public.ai_configurations
  for each row execute function private.hold_to_policy();
--> statement-breakpoint
-- What the stored rows say, merged field by field, within the policy of the organization in force; an empty
-- object where there are neither.
create or replace function public.get_effective_ai_config(p_user_id uuid, p_organization_id uuid default null)
  returns jsonb language sql stable security invoker set search_path = '' as $$
  select private.impose_policy(
    array(
      select l.configuration from public.get_ai_config_layers(p_user_id, p_organization_id) with ordinality as l
      order by l.ordinality),
    (select p.policy from public.organization_policies p
      join public.organization_members m on m.organization_id = p.organization_id
      where m.user_id = p_user_id
        and case when p_organization_id is null then m.is_default else m.organization_id = p_organization_id end))
$$;
--> statement-breakpoint
revoke all on public.organization_policies from public, anon, authenticated, service_role, ai_config_service;
--> statement-breakpoint
grant select, insert, update (policy) on public.organization_policies to authenticated, service_role;
--> statement-breakpoint
grant select on public.organization_policies to ai_config_service;
--> statement-breakpoint
revoke execute on function private.touch_policy(), private.audit_policy(), private.spread_policy(),
  private.hold_to_policy() from public, anon, authenticated, service_role;
