import { defineConfig } from "vitest/config";

import { findRedisServer } from "./packages/runtime/testing/redis/find-redis-server.ts";

const redis = {
  test: { name: "redis", include: ["packages/runtime/test-redis/**/*.test.ts"], testTimeout: 60_000 },
};

/**
 * One test run for the whole repository. `unit` needs nothing; `integration` shares one real PostgreSQL
 * whose migrated template is copied for each test; `e2e` starts the built product and a real browser. `redis` runs
 * where a Redis or Valkey server is installed, since no npm package ships one.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["{packages,apps}/*/src/**/*.test.{ts,tsx}", "packages/runtime/testing/**/*.test.ts"],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["{packages,apps}/*/test/**/*.test.ts"],
          globalSetup: ["packages/db/src/testing/global-setup.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["e2e/**/*.test.ts"],
          globalSetup: ["packages/db/src/testing/global-setup.ts"],
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      ...(findRedisServer() === undefined ? [] : [redis]),
    ],
  },
});
