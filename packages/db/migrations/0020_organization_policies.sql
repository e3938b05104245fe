CREATE TABLE "organization_policies" (
	"organization_id" uuid PRIMARY KEY NOT NULL,
	"policy" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_by" uuid,
	CONSTRAINT "organization_policies_policy_check" CHECK (private.policy_problem("organization_policies"."policy") is null)
);
--> statement-breakpoint
ALTER TABLE "organization_policies" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "ai_configuration_audit" DROP CONSTRAINT "ai_configuration_audit_subject_check";--> statement-breakpoint
ALTER TABLE "organization_policies" ADD CONSTRAINT "organization_policies_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organization_policies" ADD CONSTRAINT "organization_policies_updated_by_users_id_fk" FOREIGN KEY ("updated_by") REFERENCES "auth"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "organization_policies_updated_by_idx" ON "organization_policies" USING btree ("updated_by");--> statement-breakpoint
ALTER TABLE "ai_configuration_audit" ADD CONSTRAINT "ai_configuration_audit_subject_check" CHECK ("ai_configuration_audit"."subject" in ('configuration', 'key', 'policy', 'member', 'organization', 'invitation'));--> statement-breakpoint
CREATE POLICY "organization_policies_select" ON "organization_policies" AS PERMISSIVE FOR SELECT TO "authenticated" USING ("organization_policies"."organization_id" = any (array(select private.organization_ids('{owner,admin,member,viewer}'))));--> statement-breakpoint
CREATE POLICY "organization_policies_insert" ON "organization_policies" AS PERMISSIVE FOR INSERT TO "authenticated" WITH CHECK ("organization_policies"."organization_id" = any (array(select private.organization_ids('{owner,admin}'))));--> statement-breakpoint
CREATE POLICY "organization_policies_update" ON "organization_policies" AS PERMISSIVE FOR UPDATE TO "authenticated" USING ("organization_policies"."organization_id" = any (array(select private.organization_ids('{owner,admin}')))) WITH CHECK ("organization_policies"."organization_id" = any (array(select private.organization_ids('{owner,admin}'))));--> statement-breakpoint
CREATE POLICY "organization_policies_service_select" ON "organization_policies" AS PERMISSIVE FOR SELECT TO "ai_config_service" USING (true);--> statement-breakpoint
CREATE POLICY "organization_policies_service_role" ON "organization_policies" AS PERMISSIVE FOR ALL TO "service_role" USING (true) WITH CHECK (true);