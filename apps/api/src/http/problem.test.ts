import { AIConfigError, ERROR_CATALOGUE } from "@ai-config/config-core";
import { TRPC_ERROR_CODES_BY_KEY } from "@trpc/server/rpc";
import { expect, test } from "vitest";

import { toAIConfigError, trpcCodes } from "./problem.ts";

/** As a driver's error reaches the outermost door: wrapped, with the statement and its values in its message. */
function thrown(code: string): Error {
  const cause = Object.assign(new Error("Failing row contains (sk-ant-api03-CANARY)."), { code });
  return new Error("insert into keys values ('sk-ant-api03-CANARY')", { cause });
}

test.each([
  ["08000", 503, "the connection failed"],
  ["08006", 503, "the connection was lost"],
  ["08P01", 503, "the pooler spoke out of turn"],
  ["25006", 503, "it is a read-only replica"],
  ["25P03", 503, "the transaction was idle for too long"],
  ["40001", 503, "another transaction came first"],
  ["40P01", 503, "a deadlock"],
  ["53000", 503, "resources are used up"],
  ["53100", 503, "the disk is full"],
  ["53200", 503, "the memory is used up"],
  ["53300", 503, "too many connections"],
  ["53400", 503, "a limit of its configuration"],
  ["55P03", 503, "a lock was not to be had"],
  ["57014", 503, "the statement took too long"],
  ["57P01", 503, "an administrator ends connections"],
  ["57P02", 503, "it crashed"],
  ["57P03", 503, "it is starting up"],
  ["57P05", 503, "the session was idle for too long"],
  ["58030", 503, "the disk cannot be read"],
  ["ECONNREFUSED", 503, "nobody listens"],
  ["ETIMEDOUT", 503, "nobody answers"],
  ["ENOTFOUND", 503, "the name is unknown"],
  ["CONNECT_TIMEOUT", 503, "the driver gave up"],
  ["CONNECTION_CLOSED", 503, "the driver's connection was closed"],
  ["22P02", 500, "a value that our schemas should have refused"],
  ["23505", 500, "a constraint that nobody translated"],
  ["42501", 500, "a refusal that nobody translated"],
  ["42601", 500, "a statement that is none"],
  ["54001", 500, "a statement too deep"],
  ["P0001", 500, "an exception of a function"],
  ["XX000", 500, "an error inside the database"],
  ["XX001", 500, "corrupted data"],
])("SQLSTATE or failure %s is HTTP %i: %s", (code, status) => {
  const error = toAIConfigError(thrown(code));
  expect(ERROR_CATALOGUE[error.code].httpStatus).toBe(status);
  expect(`${error.message}${JSON.stringify(error.issues)}`).not.toMatch(/CANARY|insert/);
});

test("our own errors pass as they are, and whatever else is thrown says nothing of itself", () => {
  const own = new AIConfigError("KEY_REFUSED");
  expect(toAIConfigError(own)).toBe(own);
  for (const oddity of [
    null,
    undefined,
    "sk-ant-api03-CANARY",
    42,
    { message: "CANARY" },
    [new Error("CANARY")],
  ]) {
    const error = toAIConfigError(oddity);
    expect([error.code, error.message]).toEqual(["INTERNAL", ERROR_CATALOGUE.INTERNAL.message]);
  }
});

test("every code of ours is one of tRPC's", () => {
  for (const code of Object.values(trpcCodes)) expect(TRPC_ERROR_CODES_BY_KEY).toHaveProperty(code);
});
