ALTER TABLE "private"."admission_leases" DROP CONSTRAINT "admission_leases_reserve_check";--> statement-breakpoint
ALTER TABLE "private"."budget_windows" DROP CONSTRAINT "budget_windows_spent_check";--> statement-breakpoint
ALTER TABLE "private"."budget_windows" DROP CONSTRAINT "budget_windows_reserved_check";--> statement-breakpoint
ALTER TABLE "ai_call_ledger" DROP CONSTRAINT "ai_call_ledger_cost_check";--> statement-breakpoint
ALTER TABLE "private"."admission_leases" ADD CONSTRAINT "admission_leases_reserve_check" CHECK ("private"."admission_leases"."reserve" >= 0 and "private"."admission_leases"."reserve" < 'Infinity');--> statement-breakpoint
ALTER TABLE "private"."budget_windows" ADD CONSTRAINT "budget_windows_spent_check" CHECK ("private"."budget_windows"."spent" >= 0 and "private"."budget_windows"."spent" < 'Infinity');--> statement-breakpoint
ALTER TABLE "private"."budget_windows" ADD CONSTRAINT "budget_windows_reserved_check" CHECK ("private"."budget_windows"."reserved" >= 0 and "private"."budget_windows"."reserved" < 'Infinity');--> statement-breakpoint
ALTER TABLE "ai_call_ledger" ADD CONSTRAINT "ai_call_ledger_cost_check" CHECK ("ai_call_ledger"."cost" >= 0 and "ai_call_ledger"."cost" < 'Infinity');