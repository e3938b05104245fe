-- One entry, in the transaction of the change: if it cannot be written, nothing happens. The role setting, not
-- current_user, tells who asks, because the function runs as its owner.
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
    actor_type, changed_by, actor_name, reason, request_id
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
    left(nullif(current_setting('app.request_id', true), ''), 200)
  );
end $$;
--> statement-breakpoint
create or replace function private.audit_configuration() returns trigger
  language plpgsql security definer set search_path = '' as $$
declare
  changed public.ai_configurations := case when tg_op = 'DELETE' then old else new end;
  before jsonb;
  after jsonb;
begin
  if tg_op <> 'INSERT' then
    before := jsonb_build_object('configName', old.config_name, 'configuration', old.configuration,
      'isActive', old.is_active, 'priority', old.priority);
  end if;
  if tg_op <> 'DELETE' then
    after := jsonb_build_object('configName', new.config_name, 'configuration', new.configuration,
      'isActive', new.is_active, 'priority', new.priority);
  end if;
  if before is distinct from after then
    perform private.write_audit('configuration', changed.id, changed.user_id, changed.organization_id,
      changed.config_name, lower(tg_op), changed.version, before, after);
  end if;
  return null;
end $$;
--> statement-breakpoint
create or replace trigger audit_ai_config_changes after insert or update or delete on public.ai_configurations
  for each row execute function private.audit_configuration();
--> statement-breakpoint
-- Named columns only: neither the sealed key nor its fingerprint can reach the audit. What changes without
-- them being different, such as sealing under a new master key, is no news.
create or replace function private.describe_key(key private.ai_provider_keys) returns jsonb
  language sql immutable set search_path = '' as $$
  select jsonb_build_object('provider', key.provider, 'slot', key.slot, 'hint', key.hint,
    'keyVersion', key.key_version, 'status', key.status, 'verified', key.verified_at is not null,
    'expiresAt', key.expires_at)
$$;
--> statement-breakpoint
create or replace function private.audit_provider_key() returns trigger
  language plpgsql security definer set search_path = '' as $$
declare
  changed private.ai_provider_keys := case when tg_op = 'DELETE' then old else new end;
  before jsonb := case when tg_op <> 'INSERT' then private.describe_key(old) end;
  after jsonb := case when tg_op <> 'DELETE' then private.describe_key(new) end;
begin
  if before is distinct from after then
    perform private.write_audit('key', changed.id, changed.user_id, changed.organization_id,
      null, lower(tg_op), changed.key_version, before, after);
  end if;
  return null;
end $$;
--> statement-breakpoint
create or replace trigger audit_ai_provider_key_changes after insert or update or delete on private.ai_provider_keys
  for each row execute function private.audit_provider_key();
--> statement-breakpoint
create or replace function private.refuse_change() returns trigger
  language plpgsql set search_path = '' as $$
begin
  raise exception '% is append-only.', tg_table_name using errcode = '42501';
end $$;
--> statement-breakpoint
create or replace trigger append_only before update or delete on public.ai_configuration_audit
  for each row execute function private.refuse_change();
