CREATE TABLE "identity"."two_factors" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"user_id" uuid NOT NULL,
	"secret" text NOT NULL,
	"backup_codes" text NOT NULL,
	"verified" boolean DEFAULT false NOT NULL,
	"failed_verification_count" integer DEFAULT 0 NOT NULL,
	"locked_until" timestamp with time zone,
	CONSTRAINT "two_factors_user_id_unique" UNIQUE("user_id")
);
--> statement-breakpoint
ALTER TABLE "identity"."two_factors" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "identity"."two_factors" ADD CONSTRAINT "two_factors_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "auth"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE POLICY "two_factors_identity" ON "identity"."two_factors" AS PERMISSIVE FOR ALL TO "ai_config_identity" USING (true) WITH CHECK (true);--> statement-breakpoint
grant select, insert, update, delete on identity.two_factors to ai_config_identity;
--> statement-breakpoint
-- On Supabase the table of accounts is Supabase's, and so is how people sign in.
do $$
begin
  if exists (select from pg_policy where polrelid = 'auth.users'::regclass and polname = 'users_identity') then
    alter table auth.users add column two_factor_enabled boolean not null default false;
  end if;
end $$;
