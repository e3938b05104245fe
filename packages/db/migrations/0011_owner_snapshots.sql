CREATE TABLE "private"."organization_snapshots" (
	"organization_id" uuid PRIMARY KEY NOT NULL,
	"layers" json NOT NULL
);
--> statement-breakpoint
ALTER TABLE "private"."organization_snapshots" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "private"."user_snapshots" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid,
	"layers" json NOT NULL
);
--> statement-breakpoint
ALTER TABLE "private"."user_snapshots" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "private"."organization_snapshots" ADD CONSTRAINT "organization_snapshots_organization_id_organizations_id_fk" FOREIGN KEY ("organization_id") REFERENCES "public"."organizations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "private"."user_snapshots" ADD CONSTRAINT "user_snapshots_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "auth"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE POLICY "organization_snapshots_service" ON "private"."organization_snapshots" AS PERMISSIVE FOR SELECT TO "ai_config_service" USING (true);--> statement-breakpoint
CREATE POLICY "user_snapshots_service" ON "private"."user_snapshots" AS PERMISSIVE FOR SELECT TO "ai_config_service" USING (true);