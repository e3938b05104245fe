import { expect, test } from "vitest";

import { asActor, connect, sql } from "../../src/index.ts";
import { createTestDatabase } from "../../src/testing/index.ts";
import { asUser, refuses, run } from "./refusals.ts";

const whoIsLeft = sql`
  select current_user::text as role, coalesce(current_setting('request.jwt.claims', true), '') as claims,
    coalesce(current_setting('app.actor_name', true), '') as name, coalesce(current_setting('app.reason', true), '') as reason`;
const NOBODY = { role: "ai_config_app", claims: "", name: "", reason: "" };

test("S26: however an actor's transaction ends, the connection serves the next caller as nobody", async () => {
  await using test = await createTestDatabase();
  const database = connect({ url: test.appUrl, maxConnections: 1 });
  try {
    const user = asUser(await test.createUser());
    const endings: ((tx: Parameters<Parameters<typeof asActor>[2]>[0]) => Promise<unknown>)[] = [
      async () => {},
      () => Promise.reject(new Error("The work failed.")),
      (tx) => tx.execute(sql`select 1 / 0`),
      (tx) => tx.execute(sql`select no_such_column`),
      async (tx) => {
        await tx.execute(sql`set local statement_timeout = 20`);
        await tx.execute(sql`select pg_sleep(5)`);
      },
      async (tx) => {
        const [{ pid } = { pid: 0 }] = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
        await test.owner`select pg_terminate_backend(${pid})`;
        await tx.execute(sql`select 1`);
      },
    ];
    for (const ending of endings) {
      await asActor(database, user, ending, { reason: "a trial" }).catch(() => {});
      const [left] = await database.db.execute(whoIsLeft);
      expect(left).toEqual(NOBODY);
      // After the first transaction-local setting of a session the claims are an empty text, which is no JSON.
      const [{ id } = { id: "" }] = await asActor(database, { type: "service", name: "worker" }, (tx) =>
        tx.execute(sql`select auth.uid() as id`),
      );
      expect(id).toBeNull();
    }
  } finally {
    await database.close();
  }
});

test("S31: what a deleted account's rows said can be forgotten; who changed what kind of thing when stays", async () => {
  await using test = await createTestDatabase();
  const [user, other] = [await test.createUser(), await test.createUser()];
  for (const id of [user, other]) {
    await run(
      test,
      asUser(id),
      `insert into public.ai_configurations (user_id, configuration) values ('${id}', '{"model":{"temperature":0.31}}')`,
    );
  }
  const forget = async () => test.owner`select private.forget_user(${user}) as blanked`;
  await refuses(forget, "23514");
  await test.owner`delete from auth.users where id = ${user}`;
  expect(await forget()).toEqual([{ blanked: 2 }]);
  const entries = await test.owner`
    select action, changed_by, old_value, new_value, config_name from public.ai_configuration_audit
    where user_id = ${user} order by id`;
  expect(entries.map(({ action }) => action)).toEqual(["insert", "delete"]);
  expect(entries[0]?.changed_by).toBe(user);
  for (const { old_value, new_value, config_name } of entries)
    expect([old_value, new_value, config_name]).toEqual([null, null, null]);
  const kept = await test.owner`select new_value from public.ai_configuration_audit where user_id = ${other}`;
  expect(JSON.stringify(kept)).toContain("0.31");
});

test("S31: nobody but the database's owner can forget, and the audit stays append-only with the setting too", async () => {
  await using test = await createTestDatabase();
  const user = await test.createUser();
  await run(test, asUser(user), `insert into public.ai_configurations (user_id) values ('${user}')`);
  await refuses(() => run(test, asUser(user), `select private.forget_user('${user}')`), "42501");
  await refuses(
    () =>
      run(
        test,
        asUser(user),
        "set local app.forgetting = 'on'; update public.ai_configuration_audit set reason = 'x'",
      ),
    "42501",
  );
  await refuses(
    () =>
      test.owner.begin(async (owner) => {
        await owner`select set_config('app.forgetting', 'on', true)`;
        await owner`update public.ai_configuration_audit set changed_by = gen_random_uuid()`;
      }),
    "42501",
  );
});
