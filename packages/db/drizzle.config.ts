import { defineConfig } from "drizzle-kit";

/** Roles, schemas and `auth.users` are not listed: the first migration makes them only where they are missing. */
export default defineConfig({
  dialect: "postgresql",
  out: "./migrations",
  schema: [
    "./src/schema/organizations.ts",
    "./src/schema/organization-members.ts",
    "./src/schema/organization-invitations.ts",
    "./src/schema/organization-policies.ts",
    "./src/schema/ai-configurations.ts",
    "./src/schema/ai-configuration-audit.ts",
    "./src/schema/audit-heads.ts",
    "./src/schema/service-tokens.ts",
    "./src/schema/ai-provider-keys.ts",
    "./src/schema/owner-snapshots.ts",
    "./src/schema/kek-canaries.ts",
    "./src/schema/admission-scopes.ts",
    "./src/schema/admission-leases.ts",
    "./src/schema/budget-windows.ts",
    "./src/schema/budget-alerts.ts",
    "./src/schema/ai-usage-events.ts",
    "./src/schema/ai-usage-rollups.ts",
    "./src/schema/pending-calls.ts",
    "./src/schema/settled-calls.ts",
    "./src/schema/sessions.ts",
    "./src/schema/accounts.ts",
    "./src/schema/issuer-accounts.ts",
    "./src/schema/two-factors.ts",
    "./src/schema/verifications.ts",
    "./src/schema/request-limits.ts",
  ],
});
