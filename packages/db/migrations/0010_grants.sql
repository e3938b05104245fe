-- Supabase grants everything on what appears in `public`; take that back before granting what is needed.
revoke all on public.organizations, public.organization_members, public.organization_invitations,
  public.ai_configurations, public.ai_configuration_audit
  from public, anon, authenticated, service_role, ai_config_service;
--> statement-breakpoint
revoke all on all tables in schema private from public, anon, authenticated, service_role;
--> statement-breakpoint
revoke all on all tables in schema identity from public, anon, authenticated, service_role;
--> statement-breakpoint
revoke all on all sequences in schema public from public, anon;
--> statement-breakpoint
revoke execute on all functions in schema private from public, anon, authenticated, service_role;
--> statement-breakpoint
revoke execute on function public.get_ai_config_layers(uuid, uuid), public.get_effective_ai_config(uuid, uuid)
  from public, anon;
--> statement-breakpoint
-- Inserts are granted whole, because clients such as Drizzle name every column; the touch triggers decide what
-- clients may not. Updates are granted by column.
grant select, update (name), delete on public.organizations to authenticated;
--> statement-breakpoint
grant select, update (role), delete on public.organization_members to authenticated;
--> statement-breakpoint
grant select (id, organization_id, email, role, invited_by, created_at, expires_at, accepted_at, accepted_by),
  insert, delete on public.organization_invitations to authenticated;
--> statement-breakpoint
grant select, insert, update (config_name, configuration, is_active, priority), delete
  on public.ai_configurations to authenticated, ai_config_service, service_role;
--> statement-breakpoint
grant select on public.ai_configuration_audit to authenticated, ai_config_service, service_role;
--> statement-breakpoint
grant select (id, user_id, organization_id, provider, slot, hint, key_version, status, verified_at, created_at, expires_at, last_used_at),
  insert, update (slot, sealed, kek_id, fingerprint, hint, key_version, status, verified_at, expires_at), delete
  on private.ai_provider_keys to authenticated;
--> statement-breakpoint
grant select, insert, update (slot, sealed, kek_id, fingerprint, hint, key_version, status, verified_at, expires_at, last_used_at), delete
  on private.ai_provider_keys to ai_config_service, service_role;
--> statement-breakpoint
grant select on public.organizations, public.organization_members to ai_config_service;
--> statement-breakpoint
grant select, insert, update, delete on public.organization_invitations to ai_config_service, service_role;
--> statement-breakpoint
grant select, insert, update, delete on public.organizations, public.organization_members to service_role;
--> statement-breakpoint
grant select, insert, delete on private.kek_canaries to ai_config_service;
--> statement-breakpoint
grant select, insert, update, delete on identity.sessions, identity.accounts, identity.verifications,
  identity.rate_limits to ai_config_identity;
--> statement-breakpoint
grant execute on function private.organization_ids(text[]), private.create_organization(text),
  private.accept_invitation(text), private.set_default_organization(uuid) to authenticated;
--> statement-breakpoint
grant execute on function private.describe_users(uuid[]), private.merge_patch(jsonb, jsonb),
  private.merge_layers(jsonb[]), private.config_problem(jsonb), private.json_double(jsonb),
  private.json_is_number(jsonb, double precision, double precision, boolean),
  private.json_is_number_set(jsonb, double precision, double precision, integer),
  private.json_is_boolean(jsonb), private.json_is_option(jsonb, text[]), private.json_is_text(jsonb, integer, integer),
  public.get_ai_config_layers(uuid, uuid), public.get_effective_ai_config(uuid, uuid)
  to authenticated, ai_config_service, service_role;
--> statement-breakpoint
grant execute on function private.act_as(text, text), private.read_layers_as(text, text, uuid, uuid),
  private.read_organization_layers_as(text, text, uuid) to ai_config_app;
--> statement-breakpoint
grant execute on function private.layers_snapshot(uuid, uuid) to authenticated, ai_config_service;
