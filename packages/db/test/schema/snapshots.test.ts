import { sql } from "drizzle-orm";
import fc from "fast-check";
import { expect, test } from "vitest";

import { asActor } from "../../src/as-actor.ts";
import { readLayers, readOrganizationLayers, type StoredLayer } from "../../src/read-layers.ts";
import { sqlStateOf } from "../../src/sql-state.ts";
import { createTestDatabase, type TestDatabase } from "../../src/testing/index.ts";

const PEOPLE = 3;
const ORGANIZATIONS = 2;
const person = fc.nat(PEOPLE - 1);
const organization = fc.nat(ORGANIZATIONS - 1);
const owner = fc.oneof(
  fc.record({ person, organization: fc.constant(null) }),
  fc.record({ person: fc.constant(null), organization }),
);
const role = fc.constantFrom("owner", "admin", "member", "viewer");

/** Whatever can happen to what a snapshot is made of. */
const step = fc.oneof(
  fc.record({
    does: fc.constant("write" as const),
    owner,
    name: fc.constantFrom("a", "b"),
    on: fc.boolean(),
  }),
  fc.record({ does: fc.constant("remove" as const), owner, name: fc.constantFrom("a", "b") }),
  fc.record({ does: fc.constant("storeKey" as const), owner, version: fc.integer({ min: 1, max: 9 }) }),
  fc.record({ does: fc.constant("removeKeys" as const), owner }),
  fc.record({ does: fc.constant("join" as const), person, organization, role }),
  fc.record({ does: fc.constant("leave" as const), person, organization }),
  fc.record({ does: fc.constant("prefer" as const), person, organization }),
  fc.record({ does: fc.constant("rename" as const), organization, name: fc.constantFrom("X", "Y", "Z") }),
  fc.record({ does: fc.constant("deleteAccount" as const), person }),
  fc.record({ does: fc.constant("deleteOrganization" as const), organization }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

test("after any changes the prepared read gives what row security gives, and refuses what it refuses", async () => {
  await using test = await createTestDatabase();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
      const people = await Promise.all(Array.from({ length: PEOPLE }, () => test.createUser()));
      const organizations: string[] = [];
      for (let index = 0; index < ORGANIZATIONS; index += 1) {
        const ownerId = people[index] as string;
        organizations.push(await test.createOrganization({ ownerId, name: `O${index}` }));
      }
      for (const one of steps) await perform(test, one, people, organizations);
      for (const userId of people) {
        for (const organizationId of [null, ...organizations]) {
          expect(await prepared(test, userId, organizationId)).toEqual(
            await underRowSecurity(test, userId, organizationId),
          );
        }
        for (const organizationId of organizations) await comparesOrganization(test, userId, organizationId);
      }
    }),
    { numRuns: 60 },
  );
});

test("two transactions that change rows of one account at once are both in its snapshot", async () => {
  await using test = await createTestDatabase();
  const userId = await test.createUser();
  const names = Array.from({ length: 12 }, (_, index) => `row ${index}`);
  await Promise.all(
    names.map((name) =>
      asActor(test.database, { type: "user", userId }, async (tx) => {
        await tx.execute(
          sql`insert into public.ai_configurations (user_id, config_name) values (${userId}, ${name})`,
        );
        await tx.execute(sql`select pg_sleep(0.01)`);
      }),
    ),
  );
  const { rows } = await readLayers(test.database, { type: "user", userId }, { userId });
  expect(rows.map(({ configName }) => configName).sort()).toEqual(names.sort());
});

test("a key whose time is over is not in the answer, though nothing was written since", async () => {
  await using test = await createTestDatabase();
  const userId = await test.createUser();
  await storeKey(test, { userId, organizationId: null, version: 1 });
  const read = () => readLayers(test.database, { type: "user", userId }, { userId });
  expect((await read()).keys).toHaveLength(1);
  await test.owner`update private.ai_provider_keys set expires_at = now() - interval '1 second'`;
  expect((await read()).keys).toEqual([]);
});

test("nobody reaches a snapshot but through the read", async () => {
  await using test = await createTestDatabase();
  const userId = await test.createUser();
  for (const actor of [{ type: "user", userId } as const, { type: "service", name: "worker" } as const]) {
    for (const statement of [
      sql`select * from private.user_snapshots`,
      sql`update private.organization_snapshots set layers = '{}'`,
      sql`select private.refresh_user_snapshot(${userId})`,
      sql`select private.owner_layers(${userId}, null)`,
      sql`select private.read_layers('service', 'x', ${userId}, null)`,
      sql`select private.read_organization_layers('service', 'x', ${userId})`,
    ]) {
      const error = await asActor(test.database, actor, (tx) => tx.execute(statement)).catch(
        (thrown) => thrown,
      );
      expect(sqlStateOf(error)).toBe("42501");
    }
  }
});

test("an actor that is neither a user nor a service, or has no name, reads nothing", async () => {
  await using test = await createTestDatabase();
  const userId = await test.createUser();
  const client = test.database.db.$client;
  for (const [type, name] of [
    ["admin", userId],
    [null, userId],
    ["user", null],
  ] as const) {
    const error = await client`select private.read_layers(${type}, ${name}, ${userId}, null)`.catch((e) => e);
    expect(sqlStateOf(error)).toBe("42501");
  }
});

async function perform(
  test: TestDatabase,
  one: Step,
  people: string[],
  organizations: string[],
): Promise<void> {
  const ids = (of: { person: number | null; organization: number | null }) => ({
    userId: of.person === null ? null : (people[of.person] as string),
    organizationId: of.organization === null ? null : (organizations[of.organization] as string),
  });
  const { owner } = test;
  // The last owner cannot leave, and who is gone owns nothing: such steps are refused and change nothing.
  await takeStep().catch((error) => expect(["23001", "23503"]).toContain(sqlStateOf(error)));

  async function takeStep(): Promise<unknown> {
    switch (one.does) {
      case "write": {
        const { userId, organizationId } = ids(one.owner);
        return owner`with changed as (
            update public.ai_configurations set is_active = ${one.on}, priority = priority + 1
            where config_name = ${one.name} and (user_id = ${userId} or organization_id = ${organizationId}) returning id)
          insert into public.ai_configurations (user_id, organization_id, config_name, is_active)
          select ${userId}, ${organizationId}, ${one.name}, ${one.on} where not exists (select from changed)`;
      }
      case "remove": {
        const { userId, organizationId } = ids(one.owner);
        return owner`delete from public.ai_configurations
          where config_name = ${one.name} and (user_id = ${userId} or organization_id = ${organizationId})`;
      }
      case "storeKey":
        return storeKey(test, { ...ids(one.owner), version: one.version });
      case "removeKeys": {
        const { userId, organizationId } = ids(one.owner);
        return owner`delete from private.ai_provider_keys where user_id = ${userId} or organization_id = ${organizationId}`;
      }
      case "join":
        return test.addMember(
          organizations[one.organization] as string,
          people[one.person] as string,
          one.role as "owner",
        );
      case "leave":
        return owner`delete from public.organization_members
          where user_id = ${people[one.person] as string} and organization_id = ${organizations[one.organization] as string}`;
      case "prefer":
        return owner`update public.organization_members set is_default = true
          where user_id = ${people[one.person] as string} and organization_id = ${organizations[one.organization] as string}`;
      case "rename":
        return owner`update public.organizations set name = ${one.name} where id = ${organizations[one.organization] as string}`;
      case "deleteAccount":
        return owner`delete from auth.users where id = ${people[one.person] as string}`;
      case "deleteOrganization":
        return owner`delete from public.organizations where id = ${organizations[one.organization] as string}`;
    }
  }
}

async function storeKey(
  { owner }: TestDatabase,
  {
    userId,
    organizationId,
    version,
  }: { userId: string | null; organizationId: string | null; version: number },
): Promise<void> {
  await owner`with changed as (
      update private.ai_provider_keys set key_version = ${version}, hint = ${`sk-ant-…${version}`}
      where user_id = ${userId} or organization_id = ${organizationId} returning id)
    insert into private.ai_provider_keys (user_id, organization_id, slot, sealed, kek_id, fingerprint, hint, key_version)
    select ${userId}, ${organizationId}, 'primary', 'a..b.c.d', 'kek', 'fingerprint-of-a-key', ${`sk-ant-…${version}`}, ${version}
    where not exists (select from changed)`;
}

interface Answer {
  rows: unknown;
  keys: unknown;
  organizationName: string | null;
}

async function prepared(
  test: TestDatabase,
  userId: string,
  organizationId: string | null,
): Promise<Answer | string> {
  try {
    const snapshot = await readLayers(test.database, { type: "user", userId }, { userId, organizationId });
    return {
      rows: snapshot.rows.map(essence),
      keys: snapshot.keys.map((key) => [key.owner, key.slot, key.keyVersion, key.hint]),
      organizationName: snapshot.organizationName,
    };
  } catch (error) {
    return String(sqlStateOf(error));
  }
}

/** The same question asked of the tables themselves, as the user. */
async function underRowSecurity(
  test: TestDatabase,
  userId: string,
  organizationId: string | null,
): Promise<Answer | string> {
  try {
    return await asActor(test.database, { type: "user", userId }, async (tx) => {
      const rows = await tx.execute(sql`
        select id, source, config_name as "configName", configuration, priority, version
        from public.get_ai_config_layers(${userId}, ${organizationId}) with ordinality order by ordinality`);
      const [inForce] = await tx.execute(sql`
        select o.id, o.name from public.organization_members m join public.organizations o on o.id = m.organization_id
        where m.user_id = ${userId}
          and case when ${organizationId}::uuid is null then m.is_default else m.organization_id = ${organizationId} end`);
      const keys = await tx.execute(sql`
        select case when user_id is null then 'organization' else 'user' end as owner, slot, key_version, hint
        from private.ai_provider_keys
        where user_id = ${userId} or organization_id = ${(inForce?.id as string | undefined) ?? null}
        order by user_id is not null, slot`);
      return {
        rows: rows.map((row) => essence(row as unknown as StoredLayer)),
        keys: keys.map((key) => [key.owner, key.slot, key.key_version, key.hint]),
        organizationName: (inForce?.name as string | undefined) ?? null,
      };
    });
  } catch (error) {
    return String(sqlStateOf(error));
  }
}

async function comparesOrganization(
  test: TestDatabase,
  userId: string,
  organizationId: string,
): Promise<void> {
  const actor = { type: "user", userId } as const;
  const read = await readOrganizationLayers(test.database, actor, organizationId).catch((e) =>
    String(sqlStateOf(e)),
  );
  const whole = await prepared(test, userId, organizationId);
  if (typeof read === "string" || typeof whole === "string") expect(read).toBe(whole);
  else
    expect(read.rows.map(essence)).toEqual(
      (whole.rows as { source: string }[]).filter((row) => row.source === "organization"),
    );
}

function essence({ id, source, configName, configuration, priority, version }: StoredLayer) {
  return { id, source, configName, configuration, priority, version };
}
