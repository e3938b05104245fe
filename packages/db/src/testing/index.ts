export { createTestDatabase, type OrganizationRole, type TestDatabase } from "./create-test-database.ts";
export type { TestServer } from "./global-setup.ts";
