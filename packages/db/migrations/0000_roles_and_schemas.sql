-- Roles belong to the whole server and may come from Supabase or from another database of ours, so each is
-- made only where it is missing; two databases migrated at once may both try.
do $$
declare
  wanted text;
begin
  foreach wanted in array array[
    'anon', 'authenticated', 'service_role', 'ai_config_service', 'ai_config_identity', 'ai_config_app'
  ] loop
    if to_regrole(wanted) is null then
      begin
        execute format('create role %I nologin noinherit', wanted);
      exception when duplicate_object or unique_violation then
        null;
      end;
    end if;
  end loop;
end $$;
--> statement-breakpoint
-- What Supabase calls `auth`, with the same names, where there is none.
do $$
begin
  if to_regnamespace('auth') is null then
    create schema auth;
    grant usage on schema auth to anon, authenticated, service_role, ai_config_service, ai_config_identity;
  end if;
  if to_regclass('auth.users') is null then
    create table auth.users (
      id uuid primary key default gen_random_uuid(),
      email text not null unique,
      name text not null default '',
      email_verified boolean not null default false,
      image text,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now()
    );
    alter table auth.users enable row level security;
    create policy users_identity on auth.users to ai_config_identity using (true) with check (true);
    grant select, insert, update, delete on auth.users to ai_config_identity;
  end if;
  if to_regprocedure('auth.uid()') is null then
    -- Its body is bound to names when it is made, so no search path can change it, and without a setting of
    -- its own it is inlined: policies ask for it in every statement.
    create function auth.uid() returns uuid language sql stable
      return (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid;
    revoke execute on function auth.uid() from public;
    grant execute on function auth.uid() to authenticated, service_role, ai_config_service, ai_config_identity;
  end if;
end $$;
--> statement-breakpoint
create schema if not exists private;
--> statement-breakpoint
create schema if not exists identity;
--> statement-breakpoint
revoke all on schema private, identity from public, anon;
--> statement-breakpoint
grant usage on schema private to authenticated, service_role, ai_config_service, ai_config_identity, ai_config_app;
--> statement-breakpoint
grant usage on schema identity to ai_config_identity;
--> statement-breakpoint
grant usage on schema public to authenticated, service_role, ai_config_service;
--> statement-breakpoint
-- The caller's organizations. It reads memberships as their owner, so that policies of that very table may use
-- it. As `= any (array(select …))` it is evaluated once per statement and lets the index work.
create or replace function private.organization_ids(roles text[]) returns setof uuid
  language plpgsql stable security definer set search_path = '' as $$
begin
  return query
    select m.organization_id from public.organization_members m
    where m.user_id = (select auth.uid()) and m.role = any (roles);
end $$;
--> statement-breakpoint
revoke execute on function private.organization_ids(text[]) from public;
--> statement-breakpoint
grant execute on function private.organization_ids(text[]) to authenticated;
