-- A running number of all alerts told each account and organization how many the others have. Pages go by time.
DROP INDEX "budget_alerts_user_idx";--> statement-breakpoint
DROP INDEX "budget_alerts_organization_idx";--> statement-breakpoint
ALTER TABLE "budget_alerts" ALTER COLUMN "id" DROP IDENTITY;--> statement-breakpoint
ALTER TABLE "budget_alerts" ALTER COLUMN "id" TYPE uuid USING gen_random_uuid();--> statement-breakpoint
ALTER TABLE "budget_alerts" ALTER COLUMN "id" SET DEFAULT gen_random_uuid();--> statement-breakpoint
CREATE INDEX "budget_alerts_user_idx" ON "budget_alerts" USING btree ("user_id","created_at","id");--> statement-breakpoint
CREATE INDEX "budget_alerts_organization_idx" ON "budget_alerts" USING btree ("organization_id","created_at","id");
