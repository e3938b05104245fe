import { DrizzleQueryError } from "drizzle-orm";
import { describe, expect, test } from "vitest";

import { describeDatabaseError, isDatabaseUnavailable, sqlStateOf } from "./sql-state.ts";

const secret = "sk-ant-api03-CANARY";

/** As the driver and Drizzle make them together. */
function failedQuery(fields: Record<string, unknown>): Error {
  const cause = Object.assign(new Error(`duplicate key ${secret}`), fields);
  return new DrizzleQueryError("insert into keys values ($1)", [secret], cause);
}

describe("what is said about a database error", () => {
  test("is the state, the constraint and the table, and nothing that was bound to the statement", () => {
    const error = failedQuery({
      code: "23505",
      constraint_name: "ai_configurations_name_key",
      table_name: "ai_configurations",
      detail: `Key (name)=(${secret}) already exists.`,
    });
    expect(error.message).toContain(secret);
    expect(describeDatabaseError(error)).toEqual({
      sqlState: "23505",
      constraint: "ai_configurations_name_key",
      table: "ai_configurations",
    });
    expect(JSON.stringify(describeDatabaseError(error))).not.toContain(secret);
  });

  test("is nothing for errors of other kinds, also those that contain themselves", () => {
    const circular = new Error("around") as Error & { cause: unknown };
    circular.cause = circular;
    for (const error of [new Error("boom"), circular, null, undefined, "23505", 42, { code: "ENOENT" }]) {
      expect(describeDatabaseError(error)).toBeUndefined();
      expect(isDatabaseUnavailable(error)).toBe(false);
    }
  });
});

test.each([
  ["08006", true],
  ["53300", true],
  ["57P01", true],
  ["57P03", true],
  ["25006", true],
  ["57014", false],
  ["23505", false],
  ["42501", false],
  ["40001", false],
  ["P0001", false],
  ["XX000", false],
  ["3D000", false],
  ["3F000", false],
  ["AC001", false],
])("state %s means that the database is away: %s", (code, expected) => {
  expect(isDatabaseUnavailable(failedQuery({ code }))).toBe(expected);
  expect(sqlStateOf(failedQuery({ code }))).toBe(code);
});

test.each([
  "ECONNREFUSED",
  "CONNECTION_CLOSED",
  "CONNECTION_ENDED",
  "CONNECTION_DESTROYED",
  "CONNECT_TIMEOUT",
  "EPIPE",
])("%s means that the database is away, and is no SQLSTATE", (code) => {
  expect(isDatabaseUnavailable(failedQuery({ code }))).toBe(true);
  expect(sqlStateOf(failedQuery({ code }))).toBeUndefined();
});
