ALTER TABLE "organization_invitations" ADD COLUMN "claim" uuid;--> statement-breakpoint
ALTER TABLE "organization_invitations" ADD COLUMN "claimed_until" timestamp with time zone;