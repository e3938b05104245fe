-- As before, in parts: a chain has no end of growing, and a statement has one. A part begins after an entry that holds,
-- with its hash, and ends after so many; with no number it goes to the end, and only there the head is looked at.
create function private.verify_audit_part(p_user_id uuid, p_organization_id uuid, p_after bigint, p_previous bytea,
  p_most integer default null) returns jsonb
  language plpgsql stable security definer set search_path = '' as $$
declare
  asking text := coalesce(nullif(current_setting('role', true), 'none'), session_user);
  -- What was moved before the first one is found too.
  after bigint := case p_after when 0 then -9223372036854775808 else p_after end;
  previous bytea := p_previous;
  checked bigint := p_after;
  forgotten bigint := 0;
  is_end boolean := false;
  head private.audit_heads;
  entry public.ai_configuration_audit;
  problem jsonb;
begin
  if num_nonnulls(p_user_id, p_organization_id) <> 1 or (
    asking in ('ai_config_service', 'service_role')
    or p_user_id = auth.uid()
    or p_organization_id = any (array(select private.organization_ids('{owner,admin}')))
    or asking = 'ai_config_token' and p_organization_id = private.token_organization('{audit:read}')
    or (select r.rolsuper from pg_catalog.pg_roles r where r.rolname = asking)) is not true
  then
    raise exception 'The audit is for its owner, or for the owners and admins of the organization.'
      using errcode = '42501';
  end if;
  for entry in
    select * from (
      select * from public.ai_configuration_audit a where a.organization_id = p_organization_id and a.seq > after
      union all
      select * from public.ai_configuration_audit a
        where a.user_id = p_user_id and a.organization_id is null and a.seq > after
    ) as chain order by seq limit p_most
  loop
    if entry.seq <> checked + 1 then
      problem := jsonb_build_object('kind', 'missing', 'seq', checked + 1);
    elsif entry.hash <> private.audit_hash(previous, entry)
      or entry.salt is not null and entry.content_hash <> private.audit_content_hash(entry)
      or entry.salt is null and num_nonnulls(
        entry.config_name, entry.old_value, entry.new_value, entry.reason, entry.request_id) > 0
    then
      problem := jsonb_build_object('kind', 'altered', 'seq', entry.seq, 'id', entry.id::text);
    end if;
    exit when problem is not null;
    previous := entry.hash;
    checked := checked + 1;
    forgotten := forgotten + (entry.salt is null)::integer;
  end loop;
  if problem is null and coalesce(checked - p_after < p_most, true) then
    is_end := true;
    select * into head from private.audit_heads h
      where h.owner = private.audit_owner(p_user_id, p_organization_id);
    if coalesce(head.seq, 0) <> checked then
      problem := jsonb_build_object('kind', 'missing', 'seq', checked + 1);
    elsif head.hash <> previous then
      problem := jsonb_build_object('kind', 'altered', 'seq', checked);
    end if;
  end if;
  return jsonb_build_object('checked', checked, 'forgotten', forgotten, 'head', encode(previous, 'hex'),
    'problem', problem, 'isEnd', is_end);
end $$;
--> statement-breakpoint
revoke execute on function private.verify_audit_part(uuid, uuid, bigint, bytea, integer)
  from public, anon, authenticated, service_role;
--> statement-breakpoint
grant execute on function private.verify_audit_part(uuid, uuid, bigint, bytea, integer)
  to authenticated, ai_config_token, ai_config_service, service_role;
--> statement-breakpoint
create or replace function private.verify_audit(p_user_id uuid, p_organization_id uuid) returns jsonb
  language sql stable set search_path = '' as $$
  select private.verify_audit_part(p_user_id, p_organization_id, 0, '') - 'isEnd'
$$;
