import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

import { findRedisServer } from "./packages/runtime/testing/redis/find-redis-server.ts";

/**
 * Files at a time. Vitest leaves one core to itself, which on two cores is half of the machine; above four, the one
 * database server that all share would be what is waited for.
 */
const maxWorkers = Math.min(4, Math.max(2, availableParallelism()));

const redis = {
  test: {
    name: "redis",
    include: ["{packages,apps}/*/test-redis/**/*.test.ts"],
    maxWorkers,
    globalSetup: ["packages/db/src/testing/global-setup.ts"],
    testTimeout: 60_000,
  },
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
          maxWorkers,
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["{packages,apps}/*/test/**/*.test.ts"],
          maxWorkers,
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
          // After all others, and never more than two: each is a browser, a product and a database server.
          sequence: { groupOrder: 1 },
          maxWorkers: 2,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      ...(findRedisServer() === undefined ? [] : [redis]),
    ],
  },
});
