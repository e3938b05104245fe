CREATE TABLE "private"."admission_scopes" (
	"scope" text PRIMARY KEY NOT NULL,
	"running" integer DEFAULT 0 NOT NULL,
	"empty_at" double precision DEFAULT 0 NOT NULL,
	"interval_ms" double precision DEFAULT 1 NOT NULL,
	"next_end" timestamp with time zone DEFAULT 'infinity' NOT NULL,
	CONSTRAINT "admission_scopes_scope_check" CHECK ("private"."admission_scopes"."scope" like 'user:%' or "private"."admission_scopes"."scope" like 'organization:%'),
	CONSTRAINT "admission_scopes_running_check" CHECK ("private"."admission_scopes"."running" >= 0)
);
--> statement-breakpoint
ALTER TABLE "private"."admission_scopes" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "private"."admission_leases" (
	"id" uuid PRIMARY KEY NOT NULL,
	"scope" text NOT NULL,
	"other_scope" text,
	"window_ids" bigint[] NOT NULL,
	"reserve" numeric NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "admission_leases_reserve_check" CHECK ("private"."admission_leases"."reserve" >= 0)
);
--> statement-breakpoint
ALTER TABLE "private"."admission_leases" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "private"."budget_windows" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "private"."budget_windows_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"scope" text NOT NULL,
	"period" text NOT NULL,
	"starts_at" timestamp with time zone NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	"spent" numeric DEFAULT '0' NOT NULL,
	"reserved" numeric DEFAULT '0' NOT NULL,
	"alerted" text DEFAULT ';' NOT NULL,
	CONSTRAINT "budget_windows_scope_check" CHECK ("private"."budget_windows"."scope" like 'user:%' or "private"."budget_windows"."scope" like 'organization:%'),
	CONSTRAINT "budget_windows_period_check" CHECK ("private"."budget_windows"."period" in ('daily', 'weekly', 'monthly')),
	CONSTRAINT "budget_windows_order_check" CHECK ("private"."budget_windows"."starts_at" < "private"."budget_windows"."ends_at"),
	CONSTRAINT "budget_windows_spent_check" CHECK ("private"."budget_windows"."spent" >= 0),
	CONSTRAINT "budget_windows_reserved_check" CHECK ("private"."budget_windows"."reserved" >= 0)
);
--> statement-breakpoint
ALTER TABLE "private"."budget_windows" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "budget_alerts" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "budget_alerts_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" uuid,
	"organization_id" uuid,
	"period" text NOT NULL,
	"threshold" numeric NOT NULL,
	"limit_usd" numeric NOT NULL,
	"spent" numeric NOT NULL,
	"starts_at" timestamp with time zone NOT NULL,
	"resets_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "budget_alerts_one_owner" CHECK (num_nonnulls("budget_alerts"."user_id", "budget_alerts"."organization_id") = 1),
	CONSTRAINT "budget_alerts_period_check" CHECK ("budget_alerts"."period" in ('daily', 'weekly', 'monthly'))
);
--> statement-breakpoint
ALTER TABLE "budget_alerts" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "ai_call_ledger" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"organization_id" uuid,
	"model" text NOT NULL,
	"api_version" text NOT NULL,
	"key_slot" text NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"settled_at" timestamp with time zone NOT NULL,
	"duration_ms" integer NOT NULL,
	"attempts" integer NOT NULL,
	"outcome" text NOT NULL,
	"error_type" text,
	"http_status" integer,
	"stop_reason" text,
	"is_stream" boolean NOT NULL,
	"input_tokens" integer NOT NULL,
	"output_tokens" integer NOT NULL,
	"cache_read_tokens" integer NOT NULL,
	"cache_write_5m_tokens" integer NOT NULL,
	"cache_write_1h_tokens" integer NOT NULL,
	"web_searches" integer NOT NULL,
	"cost" numeric NOT NULL,
	"cost_basis" text NOT NULL,
	"configuration_version" text,
	"anthropic_request_id" text,
	"label" text,
	CONSTRAINT "ai_call_ledger_cost_check" CHECK ("ai_call_ledger"."cost" >= 0),
	CONSTRAINT "ai_call_ledger_key_slot_check" CHECK ("ai_call_ledger"."key_slot" in ('primary', 'secondary', 'environment')),
	CONSTRAINT "ai_call_ledger_outcome_check" CHECK ("ai_call_ledger"."outcome" in ('success', 'error', 'aborted', 'timeout')),
	CONSTRAINT "ai_call_ledger_basis_check" CHECK ("ai_call_ledger"."cost_basis" in ('exact', 'estimated', 'unknown')),
	CONSTRAINT "ai_call_ledger_label_check" CHECK (char_length("ai_call_ledger"."label") <= 200 and "ai_call_ledger"."label" !~ 'sk-ant-[A-Za-z0-9_-]{6}')
);
--> statement-breakpoint
ALTER TABLE "ai_call_ledger" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE INDEX "admission_leases_scope_idx" ON "private"."admission_leases" USING btree ("scope","expires_at");--> statement-breakpoint
CREATE INDEX "admission_leases_other_scope_idx" ON "private"."admission_leases" USING btree ("other_scope","expires_at");--> statement-breakpoint
CREATE INDEX "admission_leases_expires_idx" ON "private"."admission_leases" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "budget_windows_key" ON "private"."budget_windows" USING btree ("scope","period","starts_at");--> statement-breakpoint
CREATE INDEX "budget_alerts_user_idx" ON "budget_alerts" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "budget_alerts_organization_idx" ON "budget_alerts" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "ai_call_ledger_user_idx" ON "ai_call_ledger" USING btree ("user_id","started_at");--> statement-breakpoint
CREATE INDEX "ai_call_ledger_organization_idx" ON "ai_call_ledger" USING btree ("organization_id","started_at");--> statement-breakpoint
CREATE POLICY "admission_scopes_service" ON "private"."admission_scopes" AS PERMISSIVE FOR SELECT TO "ai_config_service" USING (true);--> statement-breakpoint
CREATE POLICY "admission_leases_service" ON "private"."admission_leases" AS PERMISSIVE FOR SELECT TO "ai_config_service" USING (true);--> statement-breakpoint
CREATE POLICY "budget_windows_service" ON "private"."budget_windows" AS PERMISSIVE FOR SELECT TO "ai_config_service" USING (true);--> statement-breakpoint
CREATE POLICY "budget_alerts_select" ON "budget_alerts" AS PERMISSIVE FOR SELECT TO "authenticated" USING ("budget_alerts"."user_id" = (select auth.uid()) or "budget_alerts"."organization_id" = any (array(select private.organization_ids('{owner,admin}'))));--> statement-breakpoint
CREATE POLICY "budget_alerts_service_select" ON "budget_alerts" AS PERMISSIVE FOR SELECT TO "ai_config_service", "service_role" USING (true);--> statement-breakpoint
CREATE POLICY "ai_call_ledger_select" ON "ai_call_ledger" AS PERMISSIVE FOR SELECT TO "authenticated" USING ("ai_call_ledger"."user_id" = (select auth.uid()) or "ai_call_ledger"."organization_id" = any (array(select private.organization_ids('{owner,admin}'))));--> statement-breakpoint
CREATE POLICY "ai_call_ledger_service_select" ON "ai_call_ledger" AS PERMISSIVE FOR SELECT TO "ai_config_service", "service_role" USING (true);--> statement-breakpoint
-- Written with every call: room on the page keeps a row's versions together and out of the indexes.
ALTER TABLE "private"."admission_scopes" SET (fillfactor = 50);--> statement-breakpoint
ALTER TABLE "private"."budget_windows" SET (fillfactor = 50);
