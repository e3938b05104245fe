CREATE TABLE "private"."pending_calls" (
	"id" uuid PRIMARY KEY NOT NULL,
	"settled_at" timestamp with time zone NOT NULL,
	"cost" numeric NOT NULL,
	"record" text NOT NULL,
	"problem" text
);
--> statement-breakpoint
ALTER TABLE "private"."pending_calls" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "private"."admission_scopes" DROP CONSTRAINT "admission_scopes_scope_check";--> statement-breakpoint
ALTER TABLE "private"."admission_scopes" DROP CONSTRAINT "admission_scopes_running_check";--> statement-breakpoint
ALTER TABLE "private"."admission_scopes" ADD COLUMN "tally_rule" text;--> statement-breakpoint
ALTER TABLE "private"."admission_scopes" ADD COLUMN "tally_step_ms" double precision DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "private"."admission_scopes" ADD COLUMN "tally_burst_ms" double precision DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "private"."admission_scopes" ADD COLUMN "tally_slots" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "private"."admission_scopes" ADD COLUMN "tally_window_ids" bigint[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "private"."admission_scopes" ADD COLUMN "tally_figures" text DEFAULT '[]' NOT NULL;--> statement-breakpoint
ALTER TABLE "private"."admission_scopes" ADD COLUMN "tally_left" numeric DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "private"."admission_scopes" ADD COLUMN "tally_due" numeric DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "private"."admission_scopes" ADD COLUMN "tally_spent" numeric DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "private"."admission_scopes" ADD COLUMN "tally_reserved" numeric DEFAULT '0' NOT NULL;--> statement-breakpoint
ALTER TABLE "private"."admission_scopes" ADD CONSTRAINT "admission_scopes_check" CHECK ("private"."admission_scopes"."running" >= 0 and "private"."admission_scopes"."tally_spent" >= 0 and "private"."admission_scopes"."tally_spent" < 'Infinity');--> statement-breakpoint
CREATE POLICY "pending_calls_service" ON "private"."pending_calls" AS PERMISSIVE FOR SELECT TO "ai_config_service" USING (true);
--> statement-breakpoint
revoke all on private.pending_calls from public, anon, authenticated, service_role, ai_config_app, ai_config_service, ai_config_identity, ai_config_token;
--> statement-breakpoint
-- Rows stay for a moment only, so what they leave behind is cleared away early.
alter table private.pending_calls set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
