import { expect } from "vitest";

import type { Actor, SqlClient } from "../../src/client.ts";
import { type AuditSubject, asActor, sql, sqlStateOf, withServiceRights } from "../../src/index.ts";
import type { TestDatabase } from "../../src/testing/index.ts";

export const asUser = (userId: string): Actor => ({ type: "user", userId });
export const worker: Actor = { type: "service", name: "worker" };

/** Runs one statement of plain SQL as an actor; its text is the test's own. */
export function run(test: TestDatabase, actor: Actor, statement: string): Promise<Record<string, unknown>[]> {
  return asActor(test.database, actor, async (tx) => [...(await tx.execute(sql.raw(statement)))]);
}

/** The same with a service's rights in the actor's name, as verbs do after they have checked the actor. */
export function runOnBehalf(
  test: TestDatabase,
  actor: Actor,
  statement: string,
): Promise<Record<string, unknown>[]> {
  return asActor(test.database, actor, async (tx) => {
    await withServiceRights(tx);
    return [...(await tx.execute(sql.raw(statement)))];
  });
}

/** Expects a statement to be refused with that SQLSTATE. */
export async function refuses(work: () => Promise<unknown>, sqlState: string): Promise<void> {
  const outcome = await work().then(
    () => "accepted",
    (error: unknown) => sqlStateOf(error) ?? String(error),
  );
  expect(outcome).toBe(sqlState);
}

/** What was recorded, all of it or of some subjects. */
export async function auditOf(
  owner: SqlClient,
  subjects?: AuditSubject[],
): Promise<Record<string, unknown>[]> {
  return [
    ...(await owner`select * from public.ai_configuration_audit
      where ${subjects ?? null}::text[] is null or subject = any(${subjects ?? null}::text[]) order by id`),
  ];
}
