CREATE TABLE "identity"."issuer_accounts" (
	"key" text PRIMARY KEY NOT NULL,
	"user_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "identity"."issuer_accounts" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "identity"."issuer_accounts" ADD CONSTRAINT "issuer_accounts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "auth"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "issuer_accounts_user_idx" ON "identity"."issuer_accounts" USING btree ("user_id");--> statement-breakpoint
CREATE POLICY "issuer_accounts_identity" ON "identity"."issuer_accounts" AS PERMISSIVE FOR ALL TO "ai_config_identity" USING (true) WITH CHECK (true);