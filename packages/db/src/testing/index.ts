export { createSupabaseProject, type SupabaseProject } from "./create-supabase-project.ts";
export { createTestDatabase, type OrganizationRole, type TestDatabase } from "./create-test-database.ts";
export type { TestServer } from "./global-setup.ts";
export { type SilentProxy, startSilentProxy } from "./silent-proxy.ts";
