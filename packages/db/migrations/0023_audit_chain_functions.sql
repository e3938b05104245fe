create or replace function private.audit_owner(p_user_id uuid, p_organization_id uuid) returns text
  language sql immutable parallel safe set search_path = '' as $$
  select coalesce('organization:' || p_organization_id, 'user:' || p_user_id, 'nobody')
$$;
--> statement-breakpoint
-- What of an entry may be forgotten one day, as the text that its hash is made of.
create or replace function private.audit_content(entry public.ai_configuration_audit) returns text
  language sql stable set search_path = '' as $$
  select jsonb_build_array(entry.config_name, entry.old_value, entry.new_value, entry.reason, entry.request_id)::text
$$;
--> statement-breakpoint
-- Everything else of it, likewise.
create or replace function private.audit_record(entry public.ai_configuration_audit) returns text
  language sql stable set search_path = '' as $$
  select jsonb_build_array(entry.seq, entry.id, entry.subject, entry.config_id, entry.user_id,
    entry.organization_id, entry.action, entry.version, entry.actor_type, entry.changed_by, entry.actor_name,
    entry.via, to_char(entry.changed_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    encode(entry.content_hash, 'hex'))::text
$$;
--> statement-breakpoint
create or replace function private.audit_content_hash(entry public.ai_configuration_audit) returns bytea
  language sql stable set search_path = '' as $$
  select sha256(entry.salt || convert_to(private.audit_content(entry), 'UTF8'))
$$;
--> statement-breakpoint
create or replace function private.audit_hash(previous bytea, entry public.ai_configuration_audit) returns bytea
  language sql stable set search_path = '' as $$
  select sha256(previous || convert_to(private.audit_record(entry), 'UTF8'))
$$;
--> statement-breakpoint
-- What was recorded before there were chains gets its place now, in the order it was recorded.
alter table public.ai_configuration_audit disable trigger append_only;
--> statement-breakpoint
do $$
declare
  entry public.ai_configuration_audit;
  head private.audit_heads;
begin
  for entry in select * from public.ai_configuration_audit a order by a.id loop
    select * into head from private.audit_heads h
      where h.owner = private.audit_owner(entry.user_id, entry.organization_id);
    entry.seq := coalesce(head.seq, 0) + 1;
    entry.salt := uuid_send(gen_random_uuid());
    entry.content_hash := private.audit_content_hash(entry);
    entry.hash := private.audit_hash(coalesce(head.hash, ''), entry);
    update public.ai_configuration_audit a set (seq, salt, content_hash, hash)
      = (entry.seq, entry.salt, entry.content_hash, entry.hash) where a.id = entry.id;
    insert into private.audit_heads (owner, seq, hash)
      values (private.audit_owner(entry.user_id, entry.organization_id), entry.seq, entry.hash)
      on conflict (owner) do update set seq = excluded.seq, hash = excluded.hash;
  end loop;
end $$;
--> statement-breakpoint
alter table public.ai_configuration_audit enable trigger append_only;
--> statement-breakpoint
alter table public.ai_configuration_audit
  alter column seq set not null, alter column content_hash set not null, alter column hash set not null;
--> statement-breakpoint
-- Puts an entry at the end of its owner's chain, whoever writes it. Only writers of the same owner wait for each
-- other, and they do so for the owner's snapshot anyway.
create or replace function private.chain_audit() returns trigger
  language plpgsql security definer set search_path = '' as $$
declare
  its_owner text := private.audit_owner(new.user_id, new.organization_id);
  head private.audit_heads;
begin
  select * into head from private.audit_heads h where h.owner = its_owner for update;
  if not found then
    insert into private.audit_heads (owner, seq, hash) values (its_owner, 0, '') on conflict do nothing;
    select * into head from private.audit_heads h where h.owner = its_owner for update;
  end if;
  new.seq := head.seq + 1;
  new.salt := uuid_send(gen_random_uuid());
  new.content_hash := private.audit_content_hash(new);
  new.hash := private.audit_hash(head.hash, new);
  update private.audit_heads h set seq = new.seq, hash = new.hash where h.owner = its_owner;
  return new;
end $$;
--> statement-breakpoint
create or replace trigger chain_audit before insert on public.ai_configuration_audit
  for each row execute function private.chain_audit();
--> statement-breakpoint
create or replace trigger refuse_truncate before truncate on private.audit_heads
  for each statement execute function private.refuse_truncate();
--> statement-breakpoint
-- Checks an owner's chain from the first entry to the last. Answers how many entries hold, how many of them are
-- blank because they were forgotten, the hash of the last one, and the first entry that is wrong, if any is:
-- "altered" differs from what was written or is not in its place, "missing" is not there.
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
-- As before, and through what: nothing is said of it where the statement came from nobody of ours.
create or replace function private.write_audit(
  p_subject text, p_config_id uuid, p_user_id uuid, p_organization_id uuid, p_config_name text,
  p_action text, p_version integer, p_old jsonb, p_new jsonb
) returns void language plpgsql security definer set search_path = '' as $$
declare
  actor uuid := auth.uid();
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
      when coalesce(role, session_user) in ('ai_config_service', 'service_role') then 'service'
      else 'system'
    end,
    coalesce(actor, '00000000-0000-0000-0000-000000000000'),
    case when actor is null then left(coalesce(named, role, session_user), 200) end,
    left(nullif(current_setting('app.reason', true), ''), 2000),
    left(nullif(current_setting('app.request_id', true), ''), 200),
    left(coalesce(nullif(current_setting('app.via', true), ''), 'sql'), 40)
  );
end $$;
--> statement-breakpoint
-- As before, and with the salt, so that nobody can guess from the hash what was said.
create or replace function private.refuse_change() returns trigger
  language plpgsql set search_path = '' as $$
begin
  if tg_op = 'UPDATE' and current_setting('app.forgetting', true) = 'on' then
    new.old_value := null;
    new.new_value := null;
    new.config_name := null;
    new.reason := null;
    new.request_id := null;
    new.salt := null;
    if (to_jsonb(new) - array['old_value', 'new_value', 'config_name', 'reason', 'request_id', 'salt'])
      = (to_jsonb(old) - array['old_value', 'new_value', 'config_name', 'reason', 'request_id', 'salt'])
    then
      return new;
    end if;
  end if;
  raise exception '% is append-only.', tg_table_name using errcode = '42501';
end $$;
--> statement-breakpoint
-- Roles, as the organization's owners and admins see them come, change and go. Which organization a member
-- prefers is their own matter.
create or replace function private.audit_member() returns trigger
  language plpgsql security definer set search_path = '' as $$
declare
  changed public.organization_members := case when tg_op = 'DELETE' then old else new end;
begin
  perform private.write_audit('member', changed.user_id, null, changed.organization_id, null, lower(tg_op), null,
    case when tg_op <> 'INSERT' then jsonb_build_object('role', old.role) end,
    case when tg_op <> 'DELETE' then jsonb_build_object('role', new.role) end);
  return null;
end $$;
--> statement-breakpoint
create or replace trigger audit_member_changes after insert or delete on public.organization_members
  for each row execute function private.audit_member();
--> statement-breakpoint
create or replace trigger audit_member_role_changes after update on public.organization_members
  for each row when (old.role is distinct from new.role) execute function private.audit_member();
--> statement-breakpoint
create or replace function private.audit_organization() returns trigger
  language plpgsql security definer set search_path = '' as $$
declare
  changed public.organizations := case when tg_op = 'DELETE' then old else new end;
begin
  perform private.write_audit('organization', changed.id, null, changed.id, null, lower(tg_op), null,
    case when tg_op <> 'INSERT' then jsonb_build_object('name', old.name) end,
    case when tg_op <> 'DELETE' then jsonb_build_object('name', new.name) end);
  return null;
end $$;
--> statement-breakpoint
create or replace trigger audit_organization_changes after insert or delete on public.organizations
  for each row execute function private.audit_organization();
--> statement-breakpoint
create or replace trigger audit_organization_name_changes after update on public.organizations
  for each row when (old.name is distinct from new.name) execute function private.audit_organization();
--> statement-breakpoint
-- Named columns only: the hash of the token cannot reach the audit. Invitations to no organization are for
-- signing up and concern nobody's audit.
create or replace function private.audit_invitation() returns trigger
  language plpgsql security definer set search_path = '' as $$
declare
  changed public.organization_invitations := case when tg_op = 'DELETE' then old else new end;
begin
  perform private.write_audit('invitation', changed.id, null, changed.organization_id, null, lower(tg_op), null,
    case when tg_op <> 'INSERT' then jsonb_build_object('role', old.role, 'email', old.email,
      'expiresAt', old.expires_at, 'acceptedBy', old.accepted_by) end,
    case when tg_op <> 'DELETE' then jsonb_build_object('role', new.role, 'email', new.email,
      'expiresAt', new.expires_at, 'acceptedBy', new.accepted_by) end);
  return null;
end $$;
--> statement-breakpoint
create or replace trigger audit_invitation_insert after insert on public.organization_invitations
  for each row when (new.organization_id is not null) execute function private.audit_invitation();
--> statement-breakpoint
create or replace trigger audit_invitation_delete after delete on public.organization_invitations
  for each row when (old.organization_id is not null) execute function private.audit_invitation();
--> statement-breakpoint
create or replace trigger audit_invitation_accept after update of accepted_at on public.organization_invitations
  for each row when (new.organization_id is not null and old.accepted_at is null and new.accepted_at is not null)
  execute function private.audit_invitation();
--> statement-breakpoint
revoke all on private.audit_heads from public, anon, authenticated, service_role, ai_config_service;
--> statement-breakpoint
revoke execute on function private.audit_owner(uuid, uuid), private.audit_content(public.ai_configuration_audit),
  private.audit_record(public.ai_configuration_audit), private.audit_content_hash(public.ai_configuration_audit),
  private.audit_hash(bytea, public.ai_configuration_audit), private.chain_audit(), private.audit_member(),
  private.audit_organization(), private.audit_invitation(), private.verify_audit(uuid, uuid)
  from public, anon, authenticated, service_role;
--> statement-breakpoint
grant execute on function private.verify_audit(uuid, uuid), private.audit_content(public.ai_configuration_audit),
  private.audit_record(public.ai_configuration_audit) to authenticated, ai_config_service, service_role;
