CREATE TABLE "service_tokens" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid NOT NULL,
	"name" text NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"hint" text NOT NULL,
	"actions" text[] NOT NULL,
	"created_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"last_used_at" timestamp with time zone,
	CONSTRAINT "service_tokens_name_check" CHECK (char_length("service_tokens"."name") between 1 and 80 and "service_tokens"."name" = btrim("service_tokens"."name") and "service_tokens"."name" !~ '[[:cntrl:]]' and "service_tokens"."name" !~ 'sk-ant-[A-Za-z0-9_-]{6}'),
	CONSTRAINT "service_tokens_token_hash_check" CHECK (octet_length("service_tokens"."token_hash") = 32),
	CONSTRAINT "service_tokens_hint_check" CHECK ("service_tokens"."hint" ~ '^aics_…[A-Za-z0-9_-]{4}$'),
	CONSTRAINT "service_tokens_actions_check" CHECK (cardinality("service_tokens"."actions") between 1 and 50 and "service_tokens"."actions" <@ array['effective:read', 'configurations:read', 'configurations:write', 'keys:read', 'keys:write', 'policy:read', 'members:read', 'audit:read'])
);
--> statement-breakpoint
ALTER TABLE "service_tokens" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "ai_configuration_audit" DROP CONSTRAINT "ai_configuration_audit_subject_check";--> statement-breakpoint
ALTER TABLE "ai_configuration_audit" DROP CONSTRAINT "ai_configuration_audit_actor_type_check";--> statement-breakpoint
ALTER TABLE "service_tokens" ADD CONSTRAINT "service_tokens_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "service_tokens" ADD CONSTRAINT "service_tokens_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "auth"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "service_tokens_token_hash_key" ON "service_tokens" USING btree ("token_hash");--> statement-breakpoint
CREATE UNIQUE INDEX "service_tokens_name_key" ON "service_tokens" USING btree ("organization_id",lower("name"));--> statement-breakpoint
CREATE INDEX "service_tokens_created_by_idx" ON "service_tokens" USING btree ("created_by");--> statement-breakpoint
ALTER TABLE "ai_configuration_audit" ADD CONSTRAINT "ai_configuration_audit_subject_check" CHECK ("ai_configuration_audit"."subject" in ('configuration', 'key', 'policy', 'member', 'organization', 'invitation', 'token'));--> statement-breakpoint
ALTER TABLE "ai_configuration_audit" ADD CONSTRAINT "ai_configuration_audit_actor_type_check" CHECK ("ai_configuration_audit"."actor_type" in ('user', 'token', 'service', 'system'));--> statement-breakpoint
CREATE POLICY "organizations_token_select" ON "organizations" AS PERMISSIVE FOR SELECT TO "ai_config_token" USING ("organizations"."id" = (select private.token_organization('{}')));--> statement-breakpoint
CREATE POLICY "organization_members_token_select" ON "organization_members" AS PERMISSIVE FOR SELECT TO "ai_config_token" USING ("organization_members"."organization_id" = (select private.token_organization('{members:read,effective:read}')));--> statement-breakpoint
CREATE POLICY "organization_policies_token_select" ON "organization_policies" AS PERMISSIVE FOR SELECT TO "ai_config_token" USING ("organization_policies"."organization_id" = (select private.token_organization('{policy:read,configurations:write}')));--> statement-breakpoint
CREATE POLICY "ai_configurations_token_select" ON "ai_configurations" AS PERMISSIVE FOR SELECT TO "ai_config_token" USING ("ai_configurations"."organization_id" = (select private.token_organization('{configurations:read,configurations:write}')));--> statement-breakpoint
CREATE POLICY "ai_configurations_token_insert" ON "ai_configurations" AS PERMISSIVE FOR INSERT TO "ai_config_token" WITH CHECK ("ai_configurations"."organization_id" = (select private.token_organization('{configurations:write}')));--> statement-breakpoint
CREATE POLICY "ai_configurations_token_update" ON "ai_configurations" AS PERMISSIVE FOR UPDATE TO "ai_config_token" USING ("ai_configurations"."organization_id" = (select private.token_organization('{configurations:write}'))) WITH CHECK ("ai_configurations"."organization_id" = (select private.token_organization('{configurations:write}')));--> statement-breakpoint
CREATE POLICY "ai_configurations_token_delete" ON "ai_configurations" AS PERMISSIVE FOR DELETE TO "ai_config_token" USING ("ai_configurations"."organization_id" = (select private.token_organization('{configurations:write}')));--> statement-breakpoint
CREATE POLICY "ai_configuration_audit_token_select" ON "ai_configuration_audit" AS PERMISSIVE FOR SELECT TO "ai_config_token" USING ("ai_configuration_audit"."organization_id" = (select private.token_organization('{audit:read}')));--> statement-breakpoint
CREATE POLICY "ai_provider_keys_token_select" ON "private"."ai_provider_keys" AS PERMISSIVE FOR SELECT TO "ai_config_token" USING ("private"."ai_provider_keys"."organization_id" = (select private.token_organization('{keys:read,keys:write}')));--> statement-breakpoint
CREATE POLICY "service_tokens_select" ON "service_tokens" AS PERMISSIVE FOR SELECT TO "authenticated" USING ("service_tokens"."organization_id" = any (array(select private.organization_ids('{owner,admin}'))));--> statement-breakpoint
CREATE POLICY "service_tokens_insert" ON "service_tokens" AS PERMISSIVE FOR INSERT TO "authenticated" WITH CHECK ("service_tokens"."organization_id" = any (array(select private.organization_ids('{owner,admin}'))));--> statement-breakpoint
CREATE POLICY "service_tokens_delete" ON "service_tokens" AS PERMISSIVE FOR DELETE TO "authenticated" USING ("service_tokens"."organization_id" = any (array(select private.organization_ids('{owner,admin}'))));--> statement-breakpoint
CREATE POLICY "service_tokens_service" ON "service_tokens" AS PERMISSIVE FOR ALL TO "ai_config_service", "service_role" USING (true) WITH CHECK (true);