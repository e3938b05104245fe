ALTER TABLE "service_tokens" DROP CONSTRAINT "service_tokens_actions_check";--> statement-breakpoint
ALTER TABLE "service_tokens" ADD CONSTRAINT "service_tokens_actions_check" CHECK (cardinality("service_tokens"."actions") between 1 and 50 and "service_tokens"."actions" <@ array['effective:read', 'configurations:read', 'configurations:write', 'keys:read', 'keys:write', 'policy:read', 'members:read', 'usage:read', 'audit:read']);--> statement-breakpoint
CREATE POLICY "budget_alerts_token_select" ON "budget_alerts" AS PERMISSIVE FOR SELECT TO "ai_config_token" USING ("budget_alerts"."organization_id" = (select private.token_organization('{usage:read}')));--> statement-breakpoint
CREATE POLICY "ai_call_ledger_token_select" ON "ai_call_ledger" AS PERMISSIVE FOR SELECT TO "ai_config_token" USING ("ai_call_ledger"."organization_id" = (select private.token_organization('{usage:read}')));--> statement-breakpoint
GRANT SELECT ON public.ai_call_ledger, public.budget_alerts TO ai_config_token;
