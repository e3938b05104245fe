-- What clients may not decide: identity, times, version and names of writers. Owners never change: a row given
-- away would take its history and its place in somebody's configuration along.
create or replace function private.touch_configuration() returns trigger
  language plpgsql security definer set search_path = '' as $$
declare
  actor uuid := auth.uid();
begin
  if tg_op = 'INSERT' then
    if actor is not null then
      new.id := gen_random_uuid();
    end if;
    new.version := 1;
    new.created_at := clock_timestamp();
    new.updated_at := new.created_at;
    new.created_by := actor;
    new.updated_by := actor;
    return new;
  end if;
  if new.id <> old.id
    or new.user_id is distinct from old.user_id
    or new.organization_id is distinct from old.organization_id
    or new.created_at <> old.created_at
    or (new.created_by is distinct from old.created_by and new.created_by is not null)
  then
    raise exception 'The owner, id and origin of a configuration never change.' using errcode = '42501';
  end if;
  if (new.config_name, new.configuration, new.is_active, new.priority)
    is not distinct from (old.config_name, old.configuration, old.is_active, old.priority)
  then
    -- Nothing to say, so nothing happens; only a deleted account may take its name off the row.
    new.version := old.version;
    new.updated_at := old.updated_at;
    new.updated_by := case when new.updated_by is null then null else old.updated_by end;
    return new;
  end if;
  new.version := old.version + 1;
  new.updated_at := greatest(clock_timestamp(), old.updated_at);
  new.updated_by := actor;
  return new;
end $$;
--> statement-breakpoint
create or replace trigger touch_ai_configurations before insert or update on public.ai_configurations
  for each row execute function private.touch_configuration();
--> statement-breakpoint
create or replace function private.touch_provider_key() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    new.created_at := clock_timestamp();
    return new;
  end if;
  if new.id <> old.id
    or new.user_id is distinct from old.user_id
    or new.organization_id is distinct from old.organization_id
    or new.provider <> old.provider
  then
    raise exception 'The owner and id of a key never change.' using errcode = '42501';
  end if;
  new.created_at := case when new.fingerprint = old.fingerprint then old.created_at else clock_timestamp() end;
  return new;
end $$;
--> statement-breakpoint
create or replace trigger touch_ai_provider_keys before insert or update on private.ai_provider_keys
  for each row execute function private.touch_provider_key();
--> statement-breakpoint
create or replace function private.touch_organization() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    new.created_at := clock_timestamp();
    new.updated_at := new.created_at;
    return new;
  end if;
  if new.id <> old.id
    or new.created_at <> old.created_at
    or (new.created_by is distinct from old.created_by and new.created_by is not null)
  then
    raise exception 'The id and origin of an organization never change.' using errcode = '42501';
  end if;
  if new.name is distinct from old.name then
    new.updated_at := clock_timestamp();
  end if;
  return new;
end $$;
--> statement-breakpoint
create or replace trigger touch_organizations before insert or update on public.organizations
  for each row execute function private.touch_organization();
--> statement-breakpoint
-- Whoever invites does so under their own name, and cannot mark an invitation as accepted.
create or replace function private.touch_invitation() returns trigger
  language plpgsql security definer set search_path = '' as $$
begin
  new.created_at := clock_timestamp();
  if auth.uid() is not null then
    new.id := gen_random_uuid();
    new.invited_by := auth.uid();
    new.accepted_at := null;
    new.accepted_by := null;
  end if;
  return new;
end $$;
--> statement-breakpoint
create or replace trigger touch_organization_invitations before insert on public.organization_invitations
  for each row execute function private.touch_invitation();
--> statement-breakpoint
-- TRUNCATE would pass by row security and by every trigger for rows.
create or replace function private.refuse_truncate() returns trigger
  language plpgsql set search_path = '' as $$
begin
  raise exception '% cannot be truncated.', tg_table_name using errcode = '42501';
end $$;
--> statement-breakpoint
create or replace trigger refuse_truncate before truncate on public.ai_configurations
  for each statement execute function private.refuse_truncate();
--> statement-breakpoint
create or replace trigger refuse_truncate before truncate on public.ai_configuration_audit
  for each statement execute function private.refuse_truncate();
--> statement-breakpoint
create or replace trigger refuse_truncate before truncate on public.organizations
  for each statement execute function private.refuse_truncate();
--> statement-breakpoint
create or replace trigger refuse_truncate before truncate on public.organization_members
  for each statement execute function private.refuse_truncate();
--> statement-breakpoint
create or replace trigger refuse_truncate before truncate on private.ai_provider_keys
  for each statement execute function private.refuse_truncate();
