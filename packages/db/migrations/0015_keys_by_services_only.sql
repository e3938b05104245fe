DROP POLICY "ai_provider_keys_insert" ON "private"."ai_provider_keys" CASCADE;--> statement-breakpoint
DROP POLICY "ai_provider_keys_update" ON "private"."ai_provider_keys" CASCADE;