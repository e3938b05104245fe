import { sql } from "drizzle-orm";
import { expect, test } from "vitest";

import { createTestDatabase } from "../../src/testing/index.ts";

test("the test database is served to the application's own login", async () => {
  await using scratch = await createTestDatabase();
  const [row] = await scratch.database.db.execute<{ name: string }>(sql`select current_user as name`);
  expect(row?.name).toBe("ai_config_app");
});
