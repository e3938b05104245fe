CREATE TABLE "organizations" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"created_by" uuid,
	CONSTRAINT "organizations_name_check" CHECK (char_length("organizations"."name") between 1 and 120 and "organizations"."name" = btrim("organizations"."name") and "organizations"."name" !~ '[[:cntrl:]]')
);
--> statement-breakpoint
ALTER TABLE "organizations" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "organization_members" (
	"organization_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"role" text NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "organization_members_pkey" PRIMARY KEY("user_id","organization_id"),
	CONSTRAINT "organization_members_role_check" CHECK ("organization_members"."role" in ('owner', 'admin', 'member', 'viewer'))
);
--> statement-breakpoint
ALTER TABLE "organization_members" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "organization_invitations" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organization_id" uuid,
	"email" text,
	"role" text DEFAULT 'member' NOT NULL,
	"token_hash" text NOT NULL,
	"invited_by" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"accepted_at" timestamp with time zone,
	"accepted_by" uuid,
	CONSTRAINT "organization_invitations_token_hash_key" UNIQUE("token_hash"),
	CONSTRAINT "organization_invitations_role_check" CHECK ("organization_invitations"."role" in ('owner', 'admin', 'member', 'viewer')),
	CONSTRAINT "organization_invitations_email_check" CHECK (char_length("organization_invitations"."email") <= 320 and "organization_invitations"."email" !~ '[[:cntrl:]]'),
	CONSTRAINT "organization_invitations_token_hash_check" CHECK (char_length("organization_invitations"."token_hash") between 32 and 128)
);
--> statement-breakpoint
ALTER TABLE "organization_invitations" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "ai_configurations" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"user_id" uuid,
	"organization_id" uuid,
	"config_name" text DEFAULT 'default' NOT NULL,
	"configuration" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"is_active" boolean DEFAULT true NOT NULL,
	"priority" integer DEFAULT 0 NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"created_by" uuid,
	"updated_by" uuid,
	CONSTRAINT "ai_configurations_one_owner" CHECK (num_nonnulls("ai_configurations"."user_id", "ai_configurations"."organization_id") = 1),
	CONSTRAINT "ai_configurations_name_check" CHECK ("ai_configurations"."config_name" is nfc normalized and "ai_configurations"."config_name" ~ '^[A-Za-z0-9][A-Za-z0-9 ._:-]{0,63}$'),
	CONSTRAINT "ai_configurations_priority_check" CHECK ("ai_configurations"."priority" between -1000 and 1000),
	CONSTRAINT "ai_configurations_configuration_check" CHECK (private.config_problem("ai_configurations"."configuration") is null)
);
--> statement-breakpoint
ALTER TABLE "ai_configurations" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "ai_configuration_audit" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "ai_configuration_audit_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"subject" text NOT NULL,
	"config_id" uuid NOT NULL,
	"user_id" uuid,
	"organization_id" uuid,
	"config_name" text,
	"action" text NOT NULL,
	"version" integer,
	"old_value" jsonb,
	"new_value" jsonb,
	"actor_type" text NOT NULL,
	"changed_by" uuid NOT NULL,
	"actor_name" text,
	"reason" text,
	"request_id" text,
	"changed_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "ai_configuration_audit_subject_check" CHECK ("ai_configuration_audit"."subject" in ('configuration', 'key')),
	CONSTRAINT "ai_configuration_audit_action_check" CHECK ("ai_configuration_audit"."action" in ('insert', 'update', 'delete')),
	CONSTRAINT "ai_configuration_audit_actor_type_check" CHECK ("ai_configuration_audit"."actor_type" in ('user', 'service', 'system'))
);
--> statement-breakpoint
ALTER TABLE "ai_configuration_audit" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "private"."ai_provider_keys" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"user_id" uuid,
	"organization_id" uuid,
	"provider" text DEFAULT 'anthropic' NOT NULL,
	"slot" text NOT NULL,
	"sealed" text NOT NULL,
	"kek_id" text NOT NULL,
	"fingerprint" text NOT NULL,
	"hint" text NOT NULL,
	"key_version" integer DEFAULT 1 NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"verified_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	CONSTRAINT "ai_provider_keys_one_owner" CHECK (num_nonnulls("private"."ai_provider_keys"."user_id", "private"."ai_provider_keys"."organization_id") = 1),
	CONSTRAINT "ai_provider_keys_provider_check" CHECK ("private"."ai_provider_keys"."provider" in ('anthropic')),
	CONSTRAINT "ai_provider_keys_slot_check" CHECK ("private"."ai_provider_keys"."slot" in ('primary', 'secondary')),
	CONSTRAINT "ai_provider_keys_sealed_check" CHECK (char_length("private"."ai_provider_keys"."sealed") <= 4096 and "private"."ai_provider_keys"."sealed" ~ '^[A-Za-z0-9_-]+[.][A-Za-z0-9_-]*[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]+$'),
	CONSTRAINT "ai_provider_keys_kek_check" CHECK ("private"."ai_provider_keys"."kek_id" ~ '^[A-Za-z0-9_-]{1,64}$'),
	CONSTRAINT "ai_provider_keys_fingerprint_check" CHECK ("private"."ai_provider_keys"."fingerprint" ~ '^[A-Za-z0-9_:.-]{16,128}$'),
	CONSTRAINT "ai_provider_keys_hint_check" CHECK ("private"."ai_provider_keys"."hint" ~ '^(sk-ant-)?…[A-Za-z0-9_-]{0,4}$'),
	CONSTRAINT "ai_provider_keys_version_check" CHECK ("private"."ai_provider_keys"."key_version" >= 1),
	CONSTRAINT "ai_provider_keys_status_check" CHECK ("private"."ai_provider_keys"."status" in ('active', 'grace', 'revoked'))
);
--> statement-breakpoint
ALTER TABLE "private"."ai_provider_keys" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "private"."kek_canaries" (
	"kek_id" text PRIMARY KEY NOT NULL,
	"sealed" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "kek_canaries_sealed_check" CHECK (char_length("private"."kek_canaries"."sealed") <= 4096 and "private"."kek_canaries"."sealed" ~ '^[A-Za-z0-9_-]+[.][A-Za-z0-9_-]*[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]+$')
);
--> statement-breakpoint
ALTER TABLE "private"."kek_canaries" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "identity"."sessions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"user_id" uuid NOT NULL,
	"token" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sessions_token_unique" UNIQUE("token")
);
--> statement-breakpoint
ALTER TABLE "identity"."sessions" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "identity"."accounts" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"user_id" uuid NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp with time zone,
	"refresh_token_expires_at" timestamp with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "accounts_provider_account_key" UNIQUE("provider_id","account_id")
);
--> statement-breakpoint
ALTER TABLE "identity"."accounts" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "identity"."verifications" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "identity"."verifications" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "identity"."rate_limits" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"key" text NOT NULL,
	"count" integer NOT NULL,
	"last_request" bigint NOT NULL,
	CONSTRAINT "rate_limits_key_unique" UNIQUE("key")
);
--> statement-breakpoint
ALTER TABLE "identity"."rate_limits" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "organizations" ADD CONSTRAINT "organizations_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "auth"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organization_members" ADD CONSTRAINT "organization_members_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organization_members" ADD CONSTRAINT "organization_members_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "auth"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organization_invitations" ADD CONSTRAINT "organization_invitations_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organization_invitations" ADD CONSTRAINT "organization_invitations_invited_by_users_id_fk" FOREIGN KEY ("invited_by") REFERENCES "auth"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organization_invitations" ADD CONSTRAINT "organization_invitations_accepted_by_users_id_fk" FOREIGN KEY ("accepted_by") REFERENCES "auth"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ai_configurations" ADD CONSTRAINT "ai_configurations_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "auth"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ai_configurations" ADD CONSTRAINT "ai_configurations_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ai_configurations" ADD CONSTRAINT "ai_configurations_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "auth"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ai_configurations" ADD CONSTRAINT "ai_configurations_updated_by_users_id_fk" FOREIGN KEY ("updated_by") REFERENCES "auth"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "private"."ai_provider_keys" ADD CONSTRAINT "ai_provider_keys_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "auth"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "private"."ai_provider_keys" ADD CONSTRAINT "ai_provider_keys_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity"."sessions" ADD CONSTRAINT "sessions_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "auth"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "identity"."accounts" ADD CONSTRAINT "accounts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "auth"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "organizations_created_by_idx" ON "organizations" USING btree ("created_by");--> statement-breakpoint
CREATE UNIQUE INDEX "organization_members_organization_idx" ON "organization_members" USING btree ("organization_id","user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "organization_members_default_key" ON "organization_members" USING btree ("user_id") WHERE "organization_members"."is_default";--> statement-breakpoint
CREATE INDEX "organization_invitations_organization_idx" ON "organization_invitations" USING btree ("organization_id");--> statement-breakpoint
CREATE INDEX "organization_invitations_invited_by_idx" ON "organization_invitations" USING btree ("invited_by");--> statement-breakpoint
CREATE INDEX "organization_invitations_accepted_by_idx" ON "organization_invitations" USING btree ("accepted_by");--> statement-breakpoint
CREATE UNIQUE INDEX "ai_configurations_user_name_key" ON "ai_configurations" USING btree ("user_id",lower("config_name")) WHERE "ai_configurations"."user_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "ai_configurations_organization_name_key" ON "ai_configurations" USING btree ("organization_id",lower("config_name")) WHERE "ai_configurations"."organization_id" is not null;--> statement-breakpoint
CREATE INDEX "ai_configurations_user_idx" ON "ai_configurations" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "ai_configurations_organization_idx" ON "ai_configurations" USING btree ("organization_id");--> statement-breakpoint
CREATE INDEX "ai_configurations_created_by_idx" ON "ai_configurations" USING btree ("created_by");--> statement-breakpoint
CREATE INDEX "ai_configurations_updated_by_idx" ON "ai_configurations" USING btree ("updated_by");--> statement-breakpoint
CREATE INDEX "ai_configuration_audit_config_idx" ON "ai_configuration_audit" USING btree ("config_id","id");--> statement-breakpoint
CREATE INDEX "ai_configuration_audit_user_idx" ON "ai_configuration_audit" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "ai_configuration_audit_organization_idx" ON "ai_configuration_audit" USING btree ("organization_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "ai_provider_keys_user_slot_key" ON "private"."ai_provider_keys" USING btree ("user_id","provider","slot") WHERE "private"."ai_provider_keys"."user_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "ai_provider_keys_organization_slot_key" ON "private"."ai_provider_keys" USING btree ("organization_id","provider","slot") WHERE "private"."ai_provider_keys"."organization_id" is not null;--> statement-breakpoint
CREATE INDEX "ai_provider_keys_user_idx" ON "private"."ai_provider_keys" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "ai_provider_keys_organization_idx" ON "private"."ai_provider_keys" USING btree ("organization_id");--> statement-breakpoint
CREATE INDEX "ai_provider_keys_kek_idx" ON "private"."ai_provider_keys" USING btree ("kek_id");--> statement-breakpoint
CREATE INDEX "ai_provider_keys_fingerprint_idx" ON "private"."ai_provider_keys" USING btree ("fingerprint");--> statement-breakpoint
CREATE INDEX "sessions_user_idx" ON "identity"."sessions" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "accounts_user_idx" ON "identity"."accounts" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "verifications_identifier_idx" ON "identity"."verifications" USING btree ("identifier");--> statement-breakpoint
CREATE POLICY "organizations_select" ON "organizations" AS PERMISSIVE FOR SELECT TO "authenticated" USING ("organizations"."id" = any (array(select private.organization_ids('{owner,admin,member,viewer}'))));--> statement-breakpoint
CREATE POLICY "organizations_update" ON "organizations" AS PERMISSIVE FOR UPDATE TO "authenticated" USING ("organizations"."id" = any (array(select private.organization_ids('{owner,admin}')))) WITH CHECK ("organizations"."id" = any (array(select private.organization_ids('{owner,admin}'))));--> statement-breakpoint
CREATE POLICY "organizations_delete" ON "organizations" AS PERMISSIVE FOR DELETE TO "authenticated" USING ("organizations"."id" = any (array(select private.organization_ids('{owner}'))));--> statement-breakpoint
CREATE POLICY "organizations_service_select" ON "organizations" AS PERMISSIVE FOR SELECT TO "ai_config_service" USING (true);--> statement-breakpoint
CREATE POLICY "organizations_service_role" ON "organizations" AS PERMISSIVE FOR ALL TO "service_role" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "organization_members_select" ON "organization_members" AS PERMISSIVE FOR SELECT TO "authenticated" USING ("organization_members"."user_id" = (select auth.uid()) or "organization_members"."organization_id" = any (array(select private.organization_ids('{owner,admin,member,viewer}'))));--> statement-breakpoint
CREATE POLICY "organization_members_update" ON "organization_members" AS PERMISSIVE FOR UPDATE TO "authenticated" USING ("organization_members"."organization_id" = any (array(select private.organization_ids('{owner}'))) or ("organization_members"."role" <> 'owner' and "organization_members"."organization_id" = any (array(select private.organization_ids('{owner,admin}'))))) WITH CHECK ("organization_members"."organization_id" = any (array(select private.organization_ids('{owner}'))) or ("organization_members"."role" <> 'owner' and "organization_members"."organization_id" = any (array(select private.organization_ids('{owner,admin}')))));--> statement-breakpoint
CREATE POLICY "organization_members_delete" ON "organization_members" AS PERMISSIVE FOR DELETE TO "authenticated" USING ("organization_members"."user_id" = (select auth.uid()) or "organization_members"."organization_id" = any (array(select private.organization_ids('{owner}'))) or ("organization_members"."role" <> 'owner' and "organization_members"."organization_id" = any (array(select private.organization_ids('{owner,admin}')))));--> statement-breakpoint
CREATE POLICY "organization_members_service_select" ON "organization_members" AS PERMISSIVE FOR SELECT TO "ai_config_service" USING (true);--> statement-breakpoint
CREATE POLICY "organization_members_service_role" ON "organization_members" AS PERMISSIVE FOR ALL TO "service_role" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "organization_invitations_select" ON "organization_invitations" AS PERMISSIVE FOR SELECT TO "authenticated" USING ("organization_invitations"."organization_id" = any (array(select private.organization_ids('{owner,admin}'))));--> statement-breakpoint
CREATE POLICY "organization_invitations_insert" ON "organization_invitations" AS PERMISSIVE FOR INSERT TO "authenticated" WITH CHECK ("organization_invitations"."invited_by" = (select auth.uid()) and ("organization_invitations"."organization_id" = any (array(select private.organization_ids('{owner}'))) or ("organization_invitations"."role" <> 'owner' and "organization_invitations"."organization_id" = any (array(select private.organization_ids('{owner,admin}'))))));--> statement-breakpoint
CREATE POLICY "organization_invitations_delete" ON "organization_invitations" AS PERMISSIVE FOR DELETE TO "authenticated" USING ("organization_invitations"."organization_id" = any (array(select private.organization_ids('{owner}'))) or ("organization_invitations"."role" <> 'owner' and "organization_invitations"."organization_id" = any (array(select private.organization_ids('{owner,admin}')))));--> statement-breakpoint
CREATE POLICY "organization_invitations_service" ON "organization_invitations" AS PERMISSIVE FOR ALL TO "ai_config_service", "service_role" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "ai_configurations_select" ON "ai_configurations" AS PERMISSIVE FOR SELECT TO "authenticated" USING ("ai_configurations"."user_id" = (select auth.uid()) or "ai_configurations"."organization_id" = any (array(select private.organization_ids('{owner,admin,member,viewer}'))));--> statement-breakpoint
CREATE POLICY "ai_configurations_insert" ON "ai_configurations" AS PERMISSIVE FOR INSERT TO "authenticated" WITH CHECK ("ai_configurations"."user_id" = (select auth.uid()) or "ai_configurations"."organization_id" = any (array(select private.organization_ids('{owner,admin}'))));--> statement-breakpoint
CREATE POLICY "ai_configurations_update" ON "ai_configurations" AS PERMISSIVE FOR UPDATE TO "authenticated" USING ("ai_configurations"."user_id" = (select auth.uid()) or "ai_configurations"."organization_id" = any (array(select private.organization_ids('{owner,admin}')))) WITH CHECK ("ai_configurations"."user_id" = (select auth.uid()) or "ai_configurations"."organization_id" = any (array(select private.organization_ids('{owner,admin}'))));--> statement-breakpoint
CREATE POLICY "ai_configurations_delete" ON "ai_configurations" AS PERMISSIVE FOR DELETE TO "authenticated" USING ("ai_configurations"."user_id" = (select auth.uid()) or "ai_configurations"."organization_id" = any (array(select private.organization_ids('{owner,admin}'))));--> statement-breakpoint
CREATE POLICY "ai_configurations_service" ON "ai_configurations" AS PERMISSIVE FOR ALL TO "ai_config_service", "service_role" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "ai_configuration_audit_select" ON "ai_configuration_audit" AS PERMISSIVE FOR SELECT TO "authenticated" USING ("ai_configuration_audit"."user_id" = (select auth.uid()) or "ai_configuration_audit"."organization_id" = any (array(select private.organization_ids('{owner,admin}'))));--> statement-breakpoint
CREATE POLICY "ai_configuration_audit_service_select" ON "ai_configuration_audit" AS PERMISSIVE FOR SELECT TO "ai_config_service", "service_role" USING (true);--> statement-breakpoint
CREATE POLICY "ai_provider_keys_select" ON "private"."ai_provider_keys" AS PERMISSIVE FOR SELECT TO "authenticated" USING ("private"."ai_provider_keys"."user_id" = (select auth.uid()) or "private"."ai_provider_keys"."organization_id" = any (array(select private.organization_ids('{owner,admin,member,viewer}'))));--> statement-breakpoint
CREATE POLICY "ai_provider_keys_insert" ON "private"."ai_provider_keys" AS PERMISSIVE FOR INSERT TO "authenticated" WITH CHECK ("private"."ai_provider_keys"."user_id" = (select auth.uid()) or "private"."ai_provider_keys"."organization_id" = any (array(select private.organization_ids('{owner,admin}'))));--> statement-breakpoint
CREATE POLICY "ai_provider_keys_update" ON "private"."ai_provider_keys" AS PERMISSIVE FOR UPDATE TO "authenticated" USING ("private"."ai_provider_keys"."user_id" = (select auth.uid()) or "private"."ai_provider_keys"."organization_id" = any (array(select private.organization_ids('{owner,admin}')))) WITH CHECK ("private"."ai_provider_keys"."user_id" = (select auth.uid()) or "private"."ai_provider_keys"."organization_id" = any (array(select private.organization_ids('{owner,admin}'))));--> statement-breakpoint
CREATE POLICY "ai_provider_keys_delete" ON "private"."ai_provider_keys" AS PERMISSIVE FOR DELETE TO "authenticated" USING ("private"."ai_provider_keys"."user_id" = (select auth.uid()) or "private"."ai_provider_keys"."organization_id" = any (array(select private.organization_ids('{owner,admin}'))));--> statement-breakpoint
CREATE POLICY "ai_provider_keys_service" ON "private"."ai_provider_keys" AS PERMISSIVE FOR ALL TO "ai_config_service", "service_role" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "kek_canaries_service" ON "private"."kek_canaries" AS PERMISSIVE FOR ALL TO "ai_config_service" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "sessions_identity" ON "identity"."sessions" AS PERMISSIVE FOR ALL TO "ai_config_identity" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "accounts_identity" ON "identity"."accounts" AS PERMISSIVE FOR ALL TO "ai_config_identity" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "verifications_identity" ON "identity"."verifications" AS PERMISSIVE FOR ALL TO "ai_config_identity" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "rate_limits_identity" ON "identity"."rate_limits" AS PERMISSIVE FOR ALL TO "ai_config_identity" USING (true) WITH CHECK (true);