CREATE TABLE "identity"."request_limits" (
	"key" text PRIMARY KEY NOT NULL,
	"points" integer NOT NULL,
	"expire" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "identity"."request_limits" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE INDEX "request_limits_expire_idx" ON "identity"."request_limits" USING btree ("expire");--> statement-breakpoint
CREATE POLICY "request_limits_identity" ON "identity"."request_limits" AS PERMISSIVE FOR ALL TO "ai_config_identity" USING (true) WITH CHECK (true);--> statement-breakpoint
grant select, insert, update, delete on identity.request_limits to ai_config_identity;
