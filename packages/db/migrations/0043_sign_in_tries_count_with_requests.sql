-- Tries to sign in are counted in request_limits, by the database's clock, as all other requests are.
DROP POLICY "rate_limits_identity" ON "identity"."rate_limits";--> statement-breakpoint
DROP TABLE "identity"."rate_limits";
