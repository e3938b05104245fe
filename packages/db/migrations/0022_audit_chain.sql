CREATE TABLE "private"."audit_heads" (
	"owner" text PRIMARY KEY NOT NULL,
	"seq" bigint NOT NULL,
	"hash" "bytea" NOT NULL
);
--> statement-breakpoint
ALTER TABLE "private"."audit_heads" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
DROP INDEX "ai_configuration_audit_user_idx";--> statement-breakpoint
DROP INDEX "ai_configuration_audit_organization_idx";--> statement-breakpoint
ALTER TABLE "ai_configuration_audit" ADD COLUMN "via" text DEFAULT 'sql' NOT NULL;--> statement-breakpoint
ALTER TABLE "ai_configuration_audit" ADD COLUMN "seq" bigint;--> statement-breakpoint
ALTER TABLE "ai_configuration_audit" ADD COLUMN "salt" "bytea";--> statement-breakpoint
ALTER TABLE "ai_configuration_audit" ADD COLUMN "content_hash" "bytea";--> statement-breakpoint
ALTER TABLE "ai_configuration_audit" ADD COLUMN "hash" "bytea";--> statement-breakpoint
CREATE UNIQUE INDEX "ai_configuration_audit_user_key" ON "ai_configuration_audit" USING btree ("user_id","seq");--> statement-breakpoint
CREATE UNIQUE INDEX "ai_configuration_audit_organization_key" ON "ai_configuration_audit" USING btree ("organization_id","seq");--> statement-breakpoint
CREATE POLICY "audit_heads_service" ON "private"."audit_heads" AS PERMISSIVE FOR SELECT TO "ai_config_service" USING (true);