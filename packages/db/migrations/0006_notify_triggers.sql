-- Tells every listening process to forget what it cached of one owner. Only the owner's id leaves: anybody who
-- may connect can listen.
create or replace function private.announce(p_user_id uuid, p_organization_id uuid) returns void
  language sql security definer set search_path = '' as $$
  select pg_notify('ai_config_changed', json_build_object(
    't', case when p_user_id is null then 'organization' else 'user' end,
    'id', coalesce(p_user_id, p_organization_id)
  )::text)
$$;
--> statement-breakpoint
create or replace function private.announce_owner() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'DELETE' then
    perform private.announce(old.user_id, old.organization_id);
  else
    perform private.announce(new.user_id, new.organization_id);
  end if;
  return null;
end $$;
--> statement-breakpoint
create or replace trigger notify_ai_config_inserted after insert or delete on public.ai_configurations
  for each row execute function private.announce_owner();
--> statement-breakpoint
create or replace trigger notify_ai_config_updated after update on public.ai_configurations
  for each row when (old.version is distinct from new.version) execute function private.announce_owner();
--> statement-breakpoint
create or replace trigger notify_ai_provider_key_inserted after insert or delete on private.ai_provider_keys
  for each row execute function private.announce_owner();
--> statement-breakpoint
-- Being used is no news to anybody's cache.
create or replace trigger notify_ai_provider_key_updated after update on private.ai_provider_keys
  for each row when (
    (old.slot, old.sealed, old.hint, old.key_version, old.status, old.verified_at, old.expires_at)
      is distinct from (new.slot, new.sealed, new.hint, new.key_version, new.status, new.verified_at, new.expires_at)
  ) execute function private.announce_owner();
--> statement-breakpoint
-- A membership decides which organization's rows apply to its user.
create or replace function private.announce_member() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  perform private.announce(case when tg_op = 'DELETE' then old.user_id else new.user_id end, null);
  return null;
end $$;
--> statement-breakpoint
create or replace trigger notify_member_changes after insert or update or delete on public.organization_members
  for each row execute function private.announce_member();
--> statement-breakpoint
create or replace function private.announce_organization() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  perform private.announce(null, old.id);
  return null;
end $$;
--> statement-breakpoint
create or replace trigger notify_organization_changes after update or delete on public.organizations
  for each row execute function private.announce_organization();
