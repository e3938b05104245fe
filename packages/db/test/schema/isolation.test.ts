import { randomBytes, randomUUID } from "node:crypto";

import { TOKEN_ACTIONS } from "@ai-config/config-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import type { SqlClient } from "../../src/client.ts";
import { sqlStateOf } from "../../src/index.ts";
import { createTestDatabase, type TestDatabase } from "../../src/testing/index.ts";

/**
 * Walks everything that the catalogs know, so that a new table, column or function is attacked without being
 * named here. Acme and its people have a row in every table; whoever is not one of them must find none of it.
 */
const SCHEMAS = ["public", "private", "identity", "auth"];
/** In every text of Acme's and its people's. */
const MARK = "acmemark";
/** In what only its owners and admins, or one of its people alone, may see. */
const CLOSED = "closedmark";

interface Attacker {
  name: string;
  role: "authenticated" | "anon" | "ai_config_token";
  userId: () => string | null;
  tokenId?: () => string;
  mark: string;
}

let test_: TestDatabase;
let owner: SqlClient;
const ids = { dana: "", kim: "", vic: "", stranger: "", loner: "", acme: "", other: "" };
const EVERYTHING = Object.keys(TOKEN_ACTIONS);
const tokens = { strangers: "", ended: "", limited: "" };

const attackers: Attacker[] = [
  {
    name: "somebody with an organization of their own",
    role: "authenticated",
    userId: () => ids.stranger,
    mark: MARK,
  },
  { name: "somebody who has nothing", role: "authenticated", userId: () => ids.loner, mark: MARK },
  { name: "a session that ended", role: "authenticated", userId: () => null, mark: MARK },
  { name: "nobody", role: "anon", userId: () => null, mark: MARK },
  {
    name: "a token of another organization that may do everything there",
    role: "ai_config_token",
    userId: () => null,
    tokenId: () => tokens.strangers,
    mark: MARK,
  },
  {
    name: "a token of Acme that ended",
    role: "ai_config_token",
    userId: () => null,
    tokenId: () => tokens.ended,
    mark: MARK,
  },
  {
    name: "a token of Acme that may read its policy",
    role: "ai_config_token",
    userId: () => null,
    tokenId: () => tokens.limited,
    mark: CLOSED,
  },
  { name: "a viewer of Acme", role: "authenticated", userId: () => ids.vic, mark: CLOSED },
  { name: "a member of Acme", role: "authenticated", userId: () => ids.kim, mark: CLOSED },
];

interface Column {
  name: string;
  type: string;
  isGenerated: boolean;
}
interface Table {
  schema: string;
  name: string;
  columns: Column[];
}
interface Routine {
  call: string;
  name: string;
  args: string[];
}
let tables: Table[] = [];
let routines: Routine[] = [];
/** Every id of a row of Acme's or its people's. */
let known: string[] = [];
/** Everything of Acme's and Dana's, which must still be there, and no more, after every attempt. */
let before = "";

beforeAll(async () => {
  test_ = await createTestDatabase();
  ({ owner } = test_);
  for (const name of ["dana", "kim", "vic"] as const)
    ids[name] = await test_.createUser(`${name}@${MARK}.example`);
  for (const name of ["stranger", "loner"] as const)
    ids[name] = await test_.createUser(`${name}@example.com`);
  ids.acme = await test_.createOrganization({ ownerId: ids.dana, name: `Acme ${MARK}` });
  ids.other = await test_.createOrganization({ ownerId: ids.stranger, name: "Other" });
  await test_.addMember(ids.acme, ids.kim, "member");
  await test_.addMember(ids.acme, ids.vic, "viewer");
  await furnish();
  tokens.strangers = await makeToken(owner, ids.other, { name: "strangers", actions: EVERYTHING });
  tables = await readTables();
  routines = await readRoutines();
  known = await knownIds();
  before = await dump(owner);
});
afterAll(() => test_?.[Symbol.asyncDispose]());

async function makeToken(
  sql: Pick<SqlClient, "unsafe">,
  organizationId: string,
  { name, actions }: { name: string; actions: string[] },
): Promise<string> {
  const [row] = await sql.unsafe<{ id: string }[]>(
    `insert into public.service_tokens (organization_id, name, token_hash, hint, actions, expires_at)
     values ($1, $2, $3, 'aics_…x7Qp', $4, now() + interval '1 day') returning id`,
    [organizationId, name, randomBytes(32), actions],
  );
  if (row === undefined) throw new Error("No token was made.");
  return row.id;
}

/** Gives Acme and Dana a row in every table that may have one. */
async function furnish(): Promise<void> {
  const { dana, acme } = ids;
  const secretText = `${CLOSED}-${MARK}`;
  await owner.begin(async (tx) => {
    await tx`select set_config('app.reason', ${secretText}, true)`;
    await tx`insert into public.organization_policies (organization_id, policy) values
      (${acme}, '{"fields":{"model.temperature":{"max":0.5,"onBreach":"refuse"}},"allowedModels":["acmemark-model"]}')`;
    await tx`insert into public.ai_configurations (organization_id, config_name, configuration)
      values (${acme}, ${`org ${MARK}`}, '{"model":{"topP":0.123}}')`;
    await tx`insert into public.ai_configurations (user_id, config_name)
      select ${dana}, ${`${CLOSED} ${MARK} `} || n from generate_series(1, 100) as n`;
    await tx`insert into public.organization_invitations (organization_id, email, role, token_hash, expires_at)
      values (${acme}, ${`${CLOSED}@${MARK}.example`}, 'member', ${"a".repeat(64)}, now() + interval '1 day')`;
    for (const [column, id] of [
      ["user_id", dana],
      ["organization_id", acme],
    ] as const) {
      await tx`insert into private.ai_provider_keys (${tx(column)}, slot, sealed, kek_id, fingerprint, hint)
        values (${id}, 'primary', ${`e30..${CLOSED}${MARK}.e30.e30`}, 'kek', ${randomUUID()}, 'sk-ant-…x7Qp')`;
    }
    tokens.ended = await makeToken(tx, acme, { name: `${secretText} ended`, actions: EVERYTHING });
    tokens.limited = await makeToken(tx, acme, { name: `${secretText} limited`, actions: ["policy:read"] });
    await tx`update public.service_tokens set expires_at = now() where id = ${tokens.ended}`;
    await tx`insert into public.ai_usage_events (id, user_id, organization_id, model_asked, api_version, key_slot, started_at,
        settled_at, duration_ms, attempts, outcome, is_stream, input_tokens, output_tokens, cache_read_tokens,
        cache_write_5m_tokens, cache_write_1h_tokens, web_searches, cost, cost_basis, label)
      values (${randomUUID()}, ${dana}, ${acme}, 'claude', '2023-06-01', 'primary', now(), now(), 1, 1, 'success',
        false, 1, 1, 0, 0, 0, 0, 0.123, 'exact', ${secretText})`;
    await tx`insert into private.settled_calls (id, settled_at) values (${acme}, now())`;
    await tx`insert into private.pending_calls (id, settled_at, cost, record, problem, user_id, organization_id, started_at)
      values (${acme}, now(), 0.123, ${JSON.stringify({ user_id: dana, organization_id: acme })}, '22P02', ${dana}, ${acme},
        now())`;
    for (const [column, id] of [
      ["user_id", dana],
      ["organization_id", acme],
    ] as const) {
      await tx`insert into public.budget_alerts (${tx(column)}, period, threshold, limit_usd, spent, starts_at, resets_at)
        values (${id}, 'daily', 0.5, 0.123, 0.123, now(), now() + interval '1 day')`;
    }
    for (const scope of [`organization:${acme}`, `user:${dana}`]) {
      await tx`insert into private.admission_scopes (scope, running) values (${scope}, 1)`;
      await tx`insert into private.budget_windows (scope, period, starts_at, ends_at)
        values (${scope}, 'daily', now(), now() + interval '1 day')`;
      await tx`insert into private.admission_leases (id, scope, window_ids, reserve, admitted_at, expires_at)
        values (${randomUUID()}, ${scope}, '{1}', 0.123, now() - interval '2 days', now() - interval '1 day')`;
    }
    await tx`insert into private.kek_canaries (kek_id, sealed) values (${secretText}, 'e30..CANARY.e30.e30') on conflict do nothing`;
    await tx`insert into identity.sessions (user_id, token, expires_at) values (${dana}, ${secretText}, now() + interval '1 day')`;
    await tx`insert into identity.accounts (user_id, account_id, provider_id, password)
      values (${dana}, ${dana}, 'credential', ${secretText})`;
    await tx`insert into identity.issuer_accounts (key, user_id) values (${secretText}, ${dana})`;
    await tx`insert into identity.two_factors (user_id, secret, backup_codes) values (${dana}, ${secretText}, ${secretText})`;
    await tx`insert into identity.verifications (identifier, value, expires_at) values (${secretText}, ${secretText}, now())`;
    await tx`insert into identity.request_limits (key, points) values (${secretText}, 1)`;
  });
}

async function readTables(): Promise<Table[]> {
  return owner<Table[]>`
    select n.nspname as schema, c.relname as name, (
      select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, null),
        'isGenerated', a.attidentity <> '' or a.attgenerated <> '') order by a.attnum)
      from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    ) as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname = any(${SCHEMAS}) order by 1, 2`;
}

/** All that is no trigger, with the types of its arguments. */
async function readRoutines(): Promise<Routine[]> {
  return owner<Routine[]>`
    select p.oid::regprocedure::text as name, quote_ident(n.nspname) || '.' || quote_ident(p.proname) as call,
      array(select format_type(t, null) from unnest(p.proargtypes) with ordinality as u (t, place) order by place) as args
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname = any(${SCHEMAS}) and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
    order by 1`;
}

async function knownIds(): Promise<string[]> {
  const text = await dump(owner);
  return [...new Set(text.match(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? [])].filter(
    (id) => !Object.entries({ ...ids, dana: "", acme: "" }).some(([, mine]) => mine === id) && id !== NOBODY,
  );
}
const NOBODY = "00000000-0000-0000-0000-000000000000";

/** Every row of Acme's and of Dana's, of every table. */
async function dump(sql: SqlClient): Promise<string> {
  let text = "";
  for (const { schema, name } of tables.length > 0 ? tables : await readTables()) {
    const rows = await sql`
      select to_jsonb(t)::text as row from ${sql(`${schema}.${name}`)} as t
      where to_jsonb(t)::text ~ ${`${MARK}|${CLOSED}|${ids.acme}|${ids.dana}`} order by 1`;
    text += `\n${schema}.${name}\n${rows.map(({ row }) => row).join("\n")}`;
  }
  return text;
}

/** Does something as an attacker, tells what came of it and what it left of Acme, and takes it back. */
async function attempt(
  { role, userId, tokenId = () => "" }: Attacker,
  statement: string,
  { looksAfter = false } = {},
): Promise<{ rows: Record<string, unknown>[]; state: string | undefined; after: string }> {
  const outcome = {
    rows: [] as Record<string, unknown>[],
    state: undefined as string | undefined,
    after: before,
  };
  const undo = new Error("undo");
  await owner
    .begin(async (tx) => {
      const claims = userId() === null ? "" : JSON.stringify({ sub: userId(), role });
      await tx`savepoint start`;
      try {
        await tx`select set_config('request.jwt.claims', ${claims}, true),
          set_config('app.token_id', ${tokenId()}, true), set_config('role', ${role}, true)`;
        outcome.rows = [...(await tx.unsafe(statement))];
      } catch (error) {
        outcome.state = sqlStateOf(error) ?? String(error);
        await tx`rollback to savepoint start`;
      }
      await tx`reset role`;
      // What failed was taken back as a whole.
      if (looksAfter && outcome.state === undefined) outcome.after = await dump(tx as unknown as SqlClient);
      throw undo;
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error;
    });
  return outcome;
}

const literal = (value: string) => `'${value.replaceAll("'", "''")}'`;
const quoted = (name: string) => `"${name}"`;
const nameOf = ({ schema, name }: Table) => `${quoted(schema)}.${quoted(name)}`;

/** What somebody who is denied may hear: that they are, and nothing else. */
const DENIED = "42501";

test("there is something of Acme's in every table", async () => {
  const text = await dump(owner);
  for (const table of tables) {
    // Of the months of the ledger, this one has something.
    if (table.name.startsWith("ai_usage_events_")) continue;
    const rows = text.split(`\n${table.schema}.${table.name}\n`)[1]?.split("\n")[0];
    expect([nameOf(table), rows]).not.toEqual([nameOf(table), ""]);
    expect([nameOf(table), rows]).not.toEqual([nameOf(table), undefined]);
  }
  expect(tables.length).toBeGreaterThan(12);
  expect(routines.length).toBeGreaterThan(20);
});

describe.each(attackers)("$name", (attacker) => {
  const belongsToAcme = attacker.mark === CLOSED;

  test("reads and counts nothing in any table or column", async () => {
    for (const table of tables) {
      for (const { name: column } of table.columns) {
        const { rows, state } = await attempt(
          attacker,
          `select to_jsonb(${quoted(column)}) as value from ${nameOf(table)}`,
        );
        if (state !== undefined) {
          expect([nameOf(table), column, state]).toEqual([nameOf(table), column, DENIED]);
          continue;
        }
        const seen = JSON.stringify(rows);
        expect([nameOf(table), column, seen.includes(attacker.mark)]).toEqual([nameOf(table), column, false]);
        if (!belongsToAcme) {
          for (const id of known)
            expect([nameOf(table), column, seen.includes(id)]).toEqual([nameOf(table), column, false]);
        }
      }
      const counted = await attempt(
        attacker,
        `
        select count(*)::int as count from ${nameOf(table)} as t where t::text ~ '${attacker.mark}'`,
      );
      if (counted.state === undefined)
        expect([nameOf(table), counted.rows]).toEqual([nameOf(table), [{ count: 0 }]]);
      else expect([nameOf(table), counted.state]).toEqual([nameOf(table), DENIED]);
    }
  });

  test("changes and deletes nothing in any table or column", async () => {
    for (const table of tables) {
      const statements = [
        `delete from ${nameOf(table)}`,
        `truncate ${nameOf(table)} cascade`,
        ...table.columns.map(({ name }) => `update ${nameOf(table)} set ${quoted(name)} = ${quoted(name)}`),
        ...table.columns.map(
          ({ name, type }) => `update ${nameOf(table)} set ${quoted(name)} = ${otherValue(type)}`,
        ),
      ];
      for (const statement of statements) {
        // Their own membership is theirs to end.
        if (belongsToAcme && statement === `delete from "public"."organization_members"`) continue;
        const { after } = await attempt(attacker, statement, { looksAfter: true });
        expect([statement, after === before]).toEqual([statement, true]);
      }
    }
  });

  test("puts nothing in Acme's name or Dana's, and learns nothing by trying", async () => {
    for (const table of tables) {
      const copies = await owner`
        select to_jsonb(t) as row from ${owner(`${table.schema}.${table.name}`)} as t
        where to_jsonb(t)::text ~ ${`${MARK}|${CLOSED}|${ids.acme}|${ids.dana}`} limit 3`;
      const columns = table.columns.filter(({ isGenerated }) => !isGenerated).map(({ name }) => quoted(name));
      for (const { row } of copies) {
        const statement = `insert into ${nameOf(table)} (${columns.join(", ")})
          select ${columns.join(", ")} from jsonb_populate_record(null::${nameOf(table)}, ${literal(JSON.stringify(row))}::jsonb)`;
        const { state } = await attempt(attacker, statement);
        expect([nameOf(table), state]).toEqual([nameOf(table), DENIED]);
      }
    }
  });

  test("learns neither a policy nor a number of rows by writing in somebody else's name", async () => {
    for (const [column, id] of [
      ["user_id", ids.dana],
      ["organization_id", ids.acme],
    ] as const) {
      for (const configuration of [
        '{"model":{"temperature":0.9}}',
        '{"model":{"model":"claude-opus-5-5"}}',
        "{}",
      ]) {
        const { state } = await attempt(
          attacker,
          `
          insert into public.ai_configurations (${column}, config_name, configuration)
          values ('${id}', 'new one', '${configuration}')`,
        );
        expect([column, configuration, state]).toEqual([column, configuration, DENIED]);
      }
    }
  });

  test("is answered by every function as for ids that nobody has", async () => {
    // Those who belong to Acme know that it is there.
    if (belongsToAcme) return;
    for (const routine of routines) {
      for (const args of argumentsFor(routine)) {
        const call = `select to_jsonb(f)::text as value from (select ${routine.call}(${args.join(", ")})) as f`;
        const known = await attempt(attacker, call);
        const unknown = await attempt(attacker, withOtherIds(call));
        const said = ({ rows, state }: typeof known) => withOtherIds(JSON.stringify([state, rows]));
        // What a call makes has an id of its own.
        const plain = (text: string) => text.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, "id");
        expect([call, plain(said(known))]).toEqual([call, plain(said(unknown))]);
      }
    }
  });

  test("learns of no row by choosing its id for one of their own", async () => {
    const mine = (text: string) =>
      text.replaceAll(ids.acme, ids.other).replaceAll(ids.dana, userIdOf(attacker));
    for (const table of tables.filter(({ columns }) => columns.some(({ name }) => name === "id"))) {
      const [copy] = await owner`
        select t.id, to_jsonb(t) - 'id' as rest from ${owner(`${table.schema}.${table.name}`)} as t
        where to_jsonb(t)::text ~ ${`${ids.acme}|${ids.dana}`} limit 1`;
      if (copy === undefined) continue;
      const columns = table.columns.filter(({ isGenerated }) => !isGenerated).map(({ name }) => quoted(name));
      const insert = (id: string) => `insert into ${nameOf(table)} (${columns.join(", ")})
        select ${columns.join(", ")} from jsonb_populate_record(null::${nameOf(table)},
          ${literal(JSON.stringify({ ...JSON.parse(mine(JSON.stringify(copy.rest))), id }))}::jsonb)`;
      const [taken, free] = [String(copy.id), randomUUID()];
      const { state } = await attempt(attacker, insert(taken));
      expect([nameOf(table), state]).toEqual([nameOf(table), (await attempt(attacker, insert(free))).state]);
    }
  });

  test("gets nothing out of any function, and moves nothing with it", async () => {
    for (const routine of routines) {
      for (const args of argumentsFor(routine)) {
        const statement = `select to_jsonb(f)::text as value from (select ${routine.call}(${args.join(", ")})) as f`;
        const { rows, after, state } = await attempt(attacker, statement, { looksAfter: true });
        const text = JSON.stringify(rows);
        const echoed = args.join(" ");
        const leaks = [attacker.mark, "0.123"]
          .filter((word) => !belongsToAcme || word === CLOSED)
          .filter((word) => text.includes(word) && !echoed.includes(word));
        expect([statement, state, leaks]).toEqual([statement, state, []]);
        expect([statement, after === before]).toEqual([statement, true]);
      }
    }
  });
});

test("who has nothing is told nothing but that they are denied, whatever they try to write", async () => {
  const attacker = attackers.find(({ name }) => name === "somebody who has nothing") as Attacker;
  for (const table of tables) {
    for (const { name, type, isGenerated } of table.columns) {
      if (isGenerated) continue;
      const statement = `update ${nameOf(table)} set ${quoted(name)} = ${otherValue(type)}`;
      const { state = DENIED, rows } = await attempt(attacker, statement);
      // Any other refusal would have looked at a row of somebody's.
      expect([statement, state, rows]).toEqual([statement, DENIED, []]);
    }
  }
});

/** The same with ids that nobody has in the place of Acme's and its people's. */
function withOtherIds(text: string): string {
  return [ids.acme, ids.dana, ids.kim, ids.vic].reduce(
    (changed, id) => changed.replace(new RegExp(id, "gi"), (found) => `ffff${found.slice(4)}`),
    text,
  );
}

function userIdOf({ userId }: Attacker): string {
  return userId() ?? ids.loner;
}

/** A value that is right for the type and that no row has. */
function otherValue(type: string): string {
  const values: Record<string, string> = {
    uuid: `'${ids.loner}'`,
    text: "'other'",
    "text[]": "'{}'",
    "bigint[]": "'{7}'",
    numeric: "7",
    "double precision": "7",
    jsonb: "'{}'",
    json: "'{}'",
    boolean: "false",
    integer: "7",
    bigint: "7",
    bytea: "'\\x00'",
    "timestamp with time zone": "'2001-01-01'",
  };
  const value = values[type];
  if (value === undefined) throw new Error(`Say what another value of the type ${type} is.`);
  return value;
}

/** Acme's and Dana's wherever a function takes an id, and something harmless for the rest. */
function argumentsFor({ args }: Routine): string[][] {
  const choices: Record<string, string[]> = {
    uuid: [`'${ids.acme}'::uuid`, `'${ids.dana}'::uuid`, "null::uuid"],
    "uuid[]": [`array['${ids.acme}', '${ids.dana}', '${ids.kim}']::uuid[]`],
    // In capitals it is an id all the same, and what it names anew is told from what was there.
    text: ["'user'", `'${ids.dana.toUpperCase()}'`, `'${"a".repeat(64)}'`],
    "text[]": [`'{owner,admin,member,viewer}'::text[]`],
    jsonb: ["'{}'::jsonb"],
    "jsonb[]": ["'{}'::jsonb[]"],
    boolean: ["false"],
    integer: ["1"],
    bigint: ["1"],
    bytea: ["'\\x00'::bytea"],
    "double precision": ["1"],
  };
  let combinations: string[][] = [[]];
  for (const type of args) {
    const values = choices[type] ?? [`null::${type}`];
    combinations = combinations.flatMap((head) => values.map((value) => [...head, value])).slice(0, 60);
  }
  return combinations;
}
