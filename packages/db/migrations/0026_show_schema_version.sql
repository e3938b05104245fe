-- A process that starts compares how many migrations there are with how many it knows. That is no secret.
grant usage on schema drizzle to ai_config_service;
--> statement-breakpoint
grant select on drizzle.__drizzle_migrations to ai_config_service;
