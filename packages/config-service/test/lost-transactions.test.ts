import { connect } from "@ai-config/db";
import { expect, test } from "vitest";

import { listAudit, listConfigurations, updateConfiguration } from "../src/index.ts";
import { asUser, startService, type TestService, userOwner } from "./support/service.ts";

const configName = "default";

/** Counts what became of every try; a sequence keeps its value where a transaction loses it. */
async function countTries(
  { database: { owner } }: TestService,
  thenRaise = "",
): Promise<() => Promise<number>> {
  await owner.unsafe(`
    create sequence public.tries;
    create function public.count_try() returns trigger language plpgsql security definer as $$
    begin
      perform nextval('public.tries');
      ${thenRaise}
      return new;
    end $$;
    create trigger count_try before update on public.ai_configurations
      for each row execute function public.count_try()`);
  return async () => {
    const [row] = await owner<{ tries: number }[]>`
      select case when is_called then last_value else 0 end::int as tries from public.tries`;
    return row?.tries ?? 0;
  };
}

/** Resolves when a session of the service stands in line for a lock. */
async function untilWaiting({ database: { owner } }: TestService): Promise<void> {
  const waiting = () => owner`
    select 1 from pg_stat_activity
    where datname = current_database() and usename = 'ai_config_app' and wait_event_type = 'Lock'`;
  await expect.poll(async () => (await waiting()).length, { interval: 5 }).toBeGreaterThan(0);
}

test("a change that the database gives up in a deadlock is made all the same, once, and loses nobody's field", async () => {
  await using service = await startService();
  const { ctx, database } = service;
  const userId = await database.createUser();
  const change = { actor: asUser(userId), owner: userOwner(userId), configName };
  await updateConfiguration(ctx, { ...change, updates: { model: { temperature: 0.1 } } });

  // The rival holds the row and then wants what the service holds, the owner's lock, which every new row takes.
  // It waits for the service inside of the server, and is the patient one of the two, so the service loses.
  const holding = Promise.withResolvers<void>();
  const rival = database.owner.begin(async (tx) => {
    await tx`set local deadlock_timeout = '1min'`;
    await tx`
      update public.ai_configurations set configuration = configuration || '{"timeouts":{"connectionTimeout":5000}}'
      where user_id = ${userId}`;
    holding.resolve();
    await tx.unsafe(`do $$ begin
      while not exists (select from pg_locks where not granted) loop perform pg_sleep(0.002); end loop;
    end $$`);
    await tx`insert into public.ai_configurations (user_id, config_name) values (${userId}, 'of the rival')`;
  });
  await holding.promise;
  const result = await updateConfiguration(ctx, { ...change, updates: { model: { topP: 0.2 } } });
  await rival;

  expect(result).toMatchObject({ success: true, version: 3 });
  const [row] = await listConfigurations(ctx, change);
  expect(row?.configuration).toEqual({
    model: { temperature: 0.1, topP: 0.2 },
    timeouts: { connectionTimeout: 5_000 },
  });
  const { entries } = await listAudit(ctx, change);
  expect(entries.filter(({ actor }) => actor.type === "user")).toHaveLength(2);
  const deadlocks = async () => {
    const [stats] = await database.owner<{ deadlocks: bigint }[]>`
      select deadlocks from pg_stat_database where datname = current_database()`;
    return Number(stats?.deadlocks);
  };
  await expect.poll(deadlocks, { timeout: 15_000 }).toBe(1);
});

test("a change whose snapshot was overtaken is made on the newer state", async () => {
  await using service = await startService();
  const { database } = service;
  const userId = await database.createUser();
  const change = { actor: asUser(userId), owner: userOwner(userId), configName };
  await updateConfiguration(service.ctx, { ...change, updates: { model: { temperature: 0.1 } } });
  await using strict = await connectRepeatableRead(service);
  const ctx = await service.another({ database: strict.database });

  const holding = Promise.withResolvers<void>();
  const overtake = Promise.withResolvers<void>();
  const rival = database.owner.begin(async (tx) => {
    await tx`select 1 from public.ai_configurations where user_id = ${userId} for update`;
    holding.resolve();
    await overtake.promise;
    await tx`
      update public.ai_configurations set configuration = configuration || '{"timeouts":{"connectionTimeout":5000}}'
      where user_id = ${userId}`;
  });
  await holding.promise;
  const changing = updateConfiguration(ctx, { ...change, updates: { model: { topP: 0.2 } } });
  await untilWaiting(service);
  overtake.resolve();
  await rival;

  expect(await changing).toMatchObject({ success: true, version: 3 });
  const [row] = await listConfigurations(ctx, change);
  expect(row?.configuration).toEqual({
    model: { temperature: 0.1, topP: 0.2 },
    timeouts: { connectionTimeout: 5_000 },
  });
});

test.each(["40001", "40P01"])(
  "a change that loses every time (%s) is given up, as an outage",
  async (state) => {
    await using service = await startService();
    const userId = await service.database.createUser();
    const change = { actor: asUser(userId), owner: userOwner(userId), configName };
    await updateConfiguration(service.ctx, { ...change, updates: { model: { temperature: 0.1 } } });
    const tries = await countTries(service, `raise exception 'Lost.' using errcode = '${state}';`);
    const changing = updateConfiguration(service.ctx, {
      ...change,
      updates: { model: { temperature: 0.2 } },
    });
    const error: unknown = await changing.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "DATABASE_UNAVAILABLE" });
    // The statement and its values are in the database's own error.
    expect(error).not.toHaveProperty("cause");
    expect(await tries()).toBe(4);
    expect(await listConfigurations(service.ctx, change)).toMatchObject([{ version: 1 }]);
  },
);

test("a change that is refused for what it is is not tried again", async () => {
  await using service = await startService();
  const userId = await service.database.createUser();
  const change = { actor: asUser(userId), owner: userOwner(userId), configName };
  await updateConfiguration(service.ctx, { ...change, updates: { model: { temperature: 0.1 } } });
  const tries = await countTries(service, "raise exception 'No.' using errcode = '42501';");
  await expect(
    updateConfiguration(service.ctx, { ...change, updates: { model: { temperature: 0.2 } } }),
  ).rejects.toMatchObject({ code: "FORBIDDEN" });
  expect(await tries()).toBe(1);
});

/** A pool like the service's own, whose transactions keep to the state they began with. */
async function connectRepeatableRead({ database: { owner, appUrl } }: TestService) {
  const [name] = await owner<{ name: string }[]>`select quote_ident(current_database()) as name`;
  await owner.unsafe(`alter database ${name?.name} set default_transaction_isolation = 'repeatable read'`);
  const database = connect({ url: appUrl, applicationName: "ai-config test" });
  return { database, [Symbol.asyncDispose]: () => database.close() };
}
