-- The rows that apply to a user, weakest first: the organization's, then the user's own. Runs with the rights of
-- the caller, who gets only their own; services and whoever holds their rights get anybody's.
create or replace function public.get_ai_config_layers(p_user_id uuid, p_organization_id uuid default null)
  returns table (
    source text, id uuid, config_name text, configuration jsonb, priority integer, version integer,
    created_at timestamptz, updated_at timestamptz, updated_by uuid
  ) language plpgsql stable security invoker set search_path = '' as $$
#variable_conflict use_column
declare
  organization uuid;
begin
  if current_user <> 'service_role' and not pg_has_role(current_user, 'ai_config_service', 'usage')
    and p_user_id is distinct from auth.uid()
  then
    raise exception 'A configuration is read by its own user.' using errcode = '42501';
  end if;
  select m.organization_id into organization from public.organization_members m
    where m.user_id = p_user_id
      and case when p_organization_id is null then m.is_default else m.organization_id = p_organization_id end;
  if organization is null and p_organization_id is not null then
    raise exception 'Only a member has the configuration of an organization.' using errcode = '42501';
  end if;
  return query
    select case when c.user_id is null then 'organization' else 'user' end, c.id, c.config_name,
      c.configuration, c.priority, c.version, c.created_at, c.updated_at, c.updated_by
    from public.ai_configurations c
    where c.is_active and (c.organization_id = organization or c.user_id = p_user_id)
    order by c.user_id is not null, c.priority, c.created_at, c.id;
end $$;
--> statement-breakpoint
-- What the stored rows say, merged field by field; an empty object where there are none.
create or replace function public.get_effective_ai_config(p_user_id uuid, p_organization_id uuid default null)
  returns jsonb language sql stable security invoker set search_path = '' as $$
  select private.merge_layers(array(
    select l.configuration from public.get_ai_config_layers(p_user_id, p_organization_id) with ordinality as l
    order by l.ordinality))
$$;
