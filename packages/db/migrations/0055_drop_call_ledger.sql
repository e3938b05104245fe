ALTER TABLE "ai_call_ledger" DISABLE ROW LEVEL SECURITY;--> statement-breakpoint
DROP POLICY "ai_call_ledger_select" ON "ai_call_ledger" CASCADE;--> statement-breakpoint
DROP POLICY "ai_call_ledger_token_select" ON "ai_call_ledger" CASCADE;--> statement-breakpoint
DROP POLICY "ai_call_ledger_service_select" ON "ai_call_ledger" CASCADE;--> statement-breakpoint
DROP TABLE "ai_call_ledger" CASCADE;
