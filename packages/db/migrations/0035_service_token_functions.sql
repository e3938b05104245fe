-- Whoever a token is asked for by its hash knows the token. That it was used is noted once a minute.
create or replace function private.use_service_token(p_token_hash bytea)
  returns table (id uuid, organization_id uuid, name text, hint text, actions text[])
  language plpgsql security definer set search_path = '' as $$
begin
  return query
    select t.id, t.organization_id, t.name, t.hint, t.actions from public.service_tokens t
    where t.token_hash = p_token_hash and t.expires_at > clock_timestamp();
  update public.service_tokens t set last_used_at = clock_timestamp()
    where t.token_hash = p_token_hash and t.expires_at > clock_timestamp()
      and coalesce(t.last_used_at < clock_timestamp() - interval '1 minute', true);
end $$;
--> statement-breakpoint
-- A client says what a token is called, what it may do and until when; the rest is said here.
create or replace function private.touch_service_token() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  if not private.may_write_for(null, new.organization_id) then return new; end if;
  -- Tokens of one organization made at once would each find room.
  perform pg_advisory_xact_lock(hashtextextended('tokens of ' || new.organization_id, 0));
  if (select count(*) from public.service_tokens t where t.organization_id = new.organization_id) >= 50 then
    raise exception 'There are 50 tokens already. Revoke one first.' using errcode = '54000';
  end if;
  new.created_at := clock_timestamp();
  if auth.uid() is not null then
    new.id := gen_random_uuid();
    new.created_by := auth.uid();
    new.last_used_at := null;
  end if;
  if new.expires_at <= new.created_at or new.expires_at > new.created_at + interval '366 days' then
    raise exception 'A token ends within a year.' using errcode = '23514';
  end if;
  return new;
end $$;
--> statement-breakpoint
create or replace trigger touch_service_tokens before insert on public.service_tokens
  for each row execute function private.touch_service_token();
--> statement-breakpoint
create or replace trigger refuse_truncate before truncate on public.service_tokens
  for each statement execute function private.refuse_truncate();
--> statement-breakpoint
create or replace function private.audit_service_token() returns trigger
  language plpgsql security definer set search_path = '' as $$
declare
  changed public.service_tokens := case when tg_op = 'DELETE' then old else new end;
  said jsonb := jsonb_build_object('name', changed.name, 'hint', changed.hint, 'actions', changed.actions,
    'expiresAt', changed.expires_at);
begin
  perform private.write_audit('token', changed.id, null, changed.organization_id, null, lower(tg_op), null,
    case when tg_op = 'DELETE' then said end, case when tg_op = 'INSERT' then said end);
  return null;
end $$;
--> statement-breakpoint
create or replace trigger audit_service_token_changes after insert or delete on public.service_tokens
  for each row execute function private.audit_service_token();
--> statement-breakpoint
create or replace function private.may_write_for(p_user_id uuid, p_organization_id uuid) returns boolean
  language sql stable security definer set search_path = '' as $$
  select case coalesce(current_setting('role', true), 'none')
    when 'authenticated' then coalesce(p_user_id = auth.uid(), false)
      or coalesce(p_organization_id = any (array(select private.organization_ids('{owner,admin}'))), false)
    when 'ai_config_token' then
      coalesce(p_organization_id = private.token_organization('{configurations:write}'), false)
    when 'anon' then false
    else true
  end
$$;
--> statement-breakpoint
-- As before, and by a token: with its rights, or with a service's in its name.
create or replace function private.write_audit(p_subject text, p_config_id uuid, p_user_id uuid,
  p_organization_id uuid, p_config_name text, p_action text, p_version integer, p_old jsonb, p_new jsonb)
  returns void language plpgsql security definer set search_path = '' as $$
declare
  actor uuid := auth.uid();
  token uuid := nullif(current_setting('app.token_id', true), '')::uuid;
  named text := nullif(current_setting('app.actor_name', true), '');
  role text := nullif(current_setting('role', true), 'none');
begin
  insert into public.ai_configuration_audit (
    subject, config_id, user_id, organization_id, config_name, action, version, old_value, new_value,
    actor_type, changed_by, actor_name, reason, request_id, via
  ) values (
    p_subject, p_config_id, p_user_id, p_organization_id, p_config_name, p_action, p_version, p_old, p_new,
    case
      when actor is not null then 'user'
      when token is not null and coalesce(role, session_user) in ('ai_config_token', 'ai_config_service') then 'token'
      when coalesce(role, session_user) in ('ai_config_service', 'service_role') then 'service'
      else 'system'
    end,
    coalesce(actor, token, '00000000-0000-0000-0000-000000000000'),
    case when actor is null then left(coalesce(named, role, session_user), 200) end,
    left(nullif(current_setting('app.reason', true), ''), 2000),
    left(nullif(current_setting('app.request_id', true), ''), 200),
    left(coalesce(nullif(current_setting('app.via', true), ''), 'sql'), 40)
  );
end $$;
--> statement-breakpoint
create or replace function private.describe_users(p_user_ids uuid[])
  returns table (id uuid, name text, email text)
  language plpgsql stable security definer set search_path = '' as $$
declare
  actor uuid := auth.uid();
  asking text := coalesce(nullif(current_setting('role', true), 'none'), session_user);
  is_service boolean := asking in ('ai_config_service', 'service_role');
  of_token uuid := case when asking = 'ai_config_token' then private.token_organization('{members:read}') end;
begin
  return query
    select u.id, coalesce(to_jsonb(u) ->> 'name', to_jsonb(u) -> 'raw_user_meta_data' ->> 'name'), u.email::text
    from auth.users u
    where u.id = any (p_user_ids)
      and (u.id = actor or (actor is null and is_service) or exists (
        select from public.organization_members theirs
        where theirs.user_id = u.id
          and (theirs.organization_id = of_token or theirs.organization_id = any (array(
            select m.organization_id from public.organization_members m where m.user_id = actor)))));
end $$;
--> statement-breakpoint
create or replace function private.read_organization_layers(p_actor_type text, p_actor text, p_organization_id uuid)
  returns text language plpgsql stable security definer set search_path = '' as $$
declare
  organization_layers text;
begin
  if p_actor_type = 'service' or p_actor_type = 'user' and exists (
    select from public.organization_members m
    where m.user_id = p_actor::uuid and m.organization_id = p_organization_id
  ) or p_actor_type = 'token' and exists (
    select from public.service_tokens t
    where t.id = p_actor::uuid and t.organization_id = p_organization_id
      and t.expires_at > clock_timestamp() and 'effective:read' = any (t.actions)
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
create or replace function private.verify_audit(p_user_id uuid, p_organization_id uuid) returns jsonb
  language plpgsql stable security definer set search_path = '' as $$
declare
  asking text := coalesce(nullif(current_setting('role', true), 'none'), session_user);
  previous bytea := '';
  checked bigint := 0;
  forgotten bigint := 0;
  head private.audit_heads;
  entry public.ai_configuration_audit;
  problem jsonb;
begin
  if num_nonnulls(p_user_id, p_organization_id) <> 1 or not (
    asking in ('ai_config_service', 'service_role')
    or p_user_id is not distinct from auth.uid() and p_user_id is not null
    or p_organization_id = any (array(select private.organization_ids('{owner,admin}')))
    or asking = 'ai_config_token' and p_user_id is null
      and p_organization_id is not distinct from private.token_organization('{audit:read}')
    or (select r.rolsuper from pg_catalog.pg_roles r where r.rolname = asking))
  then
    raise exception 'The audit is for its owner, or for the owners and admins of the organization.'
      using errcode = '42501';
  end if;
  for entry in
    select * from public.ai_configuration_audit a
    where case when p_user_id is null then a.organization_id = p_organization_id
      else a.user_id = p_user_id and a.organization_id is null end
    order by a.seq
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
  if problem is null then
    select * into head from private.audit_heads h
      where h.owner = private.audit_owner(p_user_id, p_organization_id);
    if coalesce(head.seq, 0) <> checked then
      problem := jsonb_build_object('kind', 'missing', 'seq', checked + 1);
    elsif head.hash <> previous then
      problem := jsonb_build_object('kind', 'altered', 'seq', checked);
    end if;
  end if;
  return jsonb_build_object('checked', checked, 'forgotten', forgotten, 'head', encode(previous, 'hex'),
    'problem', problem);
end $$;
--> statement-breakpoint
-- Supabase grants everything on what appears in `public`; take that back before granting what is needed.
revoke all on public.service_tokens from public, anon, authenticated, service_role, ai_config_service;
--> statement-breakpoint
grant select (id, organization_id, name, hint, actions, created_by, created_at, expires_at, last_used_at),
  insert, delete on public.service_tokens to authenticated;
--> statement-breakpoint
grant select, insert, delete on public.service_tokens to ai_config_service, service_role;
--> statement-breakpoint
revoke execute on function private.use_service_token(bytea), private.touch_service_token(),
  private.audit_service_token() from public, anon, authenticated, service_role;
--> statement-breakpoint
grant execute on function private.use_service_token(bytea) to ai_config_app;
--> statement-breakpoint
grant select on public.organizations, public.organization_members, public.organization_policies,
  public.ai_configuration_audit to ai_config_token;
--> statement-breakpoint
grant select, insert, update (config_name, configuration, is_active, priority), delete
  on public.ai_configurations to ai_config_token;
--> statement-breakpoint
grant select (id, user_id, organization_id, provider, slot, hint, key_version, status, verified_at, created_at, expires_at, last_used_at)
  on private.ai_provider_keys to ai_config_token;
--> statement-breakpoint
grant execute on function private.describe_users(uuid[]), private.audit_content(public.ai_configuration_audit),
  private.audit_record(public.ai_configuration_audit), private.verify_audit(uuid, uuid),
  private.merge_patch(jsonb, jsonb), private.config_problem(jsonb), private.json_double(jsonb),
  private.json_is_number(jsonb, double precision, double precision, boolean),
  private.json_is_number_set(jsonb, double precision, double precision, integer),
  private.json_is_boolean(jsonb), private.json_is_option(jsonb, text[]),
  private.json_is_text(jsonb, integer, integer), private.json_is_text_list(jsonb, integer, integer)
  to ai_config_token;
