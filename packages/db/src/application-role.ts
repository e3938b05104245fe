import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { sql } from "drizzle-orm";

import type { Database, SqlClient } from "./client.ts";
import { sessionTimeouts } from "./connection-options.ts";
import { sqlStateOf } from "./sql-state.ts";

/** The login that serves requests. It owns nothing and may only become one of these roles. */
export const applicationRole = "ai_config_app";
const memberships = ["authenticated", "ai_config_service", "ai_config_identity", "ai_config_token"];

/** Creates or updates the login; roles belong to the whole server, so others may be doing the same just now. */
export async function ensureApplicationRole(client: SqlClient, password: string): Promise<void> {
  const verifier = scramVerifier(password);
  await retryCollisions(async () => {
    const [existing] = await client`select 1 from pg_roles where rolname = ${applicationRole}`;
    const verb = existing ? "alter" : "create";
    await client.unsafe(`${verb} role ${applicationRole} login noinherit password '${verifier}'`);
    // Poolers refuse these as settings of a connection, so the role brings them along.
    for (const [name, milliseconds] of Object.entries(sessionTimeouts)) {
      await client.unsafe(`alter role ${applicationRole} set ${name} = ${milliseconds}`);
    }
  });
  await grantMemberships(client);
}

/** Lets the login, where there is one, become what requests act as: a migration may have brought a new role. */
export async function grantMemberships(client: SqlClient): Promise<void> {
  await retryCollisions(async () => {
    const [login] = await client`select 1 from pg_roles where rolname = ${applicationRole}`;
    if (login === undefined) return;
    // What is granted already may have been granted by somebody else, who then has to take care of it.
    const roles = await client<{ rolname: string }[]>`
      select rolname from pg_roles
      where rolname in ${client(memberships)} and not pg_has_role(${applicationRole}, oid, 'member') order by rolname`;
    const [version] = await client<{ number: number }[]>`
      select current_setting('server_version_num')::int as number`;
    const options = (version?.number ?? 0) >= 160_000 ? " with inherit false, set true" : "";
    for (const { rolname } of roles) await client.unsafe(`grant ${rolname} to ${applicationRole}${options}`);
  });
}

/** Takes from everybody what lets a login put objects of its own in the way of others. */
export async function restrictDatabase(client: SqlClient): Promise<void> {
  await retryCollisions(async () => {
    const [database] = await client<{ name: string }[]>`select quote_ident(current_database()) as name`;
    await client.unsafe(`revoke create, temporary on database ${database?.name} from public`);
    await client.unsafe("revoke create on schema public from public");
  });
}

/** Tells whether the login behind `database` could get around row security, and how. */
export async function checkApplicationRole(
  database: Database,
): Promise<{ privileged: boolean; reasons: string[] }> {
  const rows = await database.db.execute<{ reason: string }>(sql`
    with reachable as (
      select * from pg_roles where pg_has_role(session_user, oid, 'member')
    ), named as (
      select oid, rolsuper, rolbypassrls, rolcreaterole,
        case when rolname = session_user then rolname else rolname || ' (through membership)' end as who
      from reachable
    )
    select who || ' is a superuser' as reason from named where rolsuper
    union all
    select who || ' bypasses row security' from named where rolbypassrls and not rolsuper
    union all
    select who || ' may change roles' from named where rolcreaterole and not rolsuper
    union all
    select who || ' owns ' || string_agg(relation.oid::regclass::text, ', ' order by relation.oid::regclass::text)
    from named
    join pg_class relation on relation.relowner = named.oid and relation.relkind in ('r', 'p', 'v', 'm', 'f')
    where not rolsuper
      and relation.relnamespace in (
        select oid from pg_namespace where nspname in ('public', 'private', 'identity', 'auth', 'drizzle'))
    group by who`);
  const reasons = rows.map(({ reason }) => reason);
  return { privileged: reasons.length > 0, reasons };
}

/** What PostgreSQL stores of a password, so that the password itself reaches neither statement nor log. */
function scramVerifier(password: string): string {
  const salt = randomBytes(16);
  const iterations = 4096;
  const salted = pbkdf2Sync(password.normalize("NFKC"), salt, iterations, 32, "sha256");
  const keyFor = (name: string) => createHmac("sha256", salted).update(name).digest();
  const storedKey = createHash("sha256").update(keyFor("Client Key")).digest("base64");
  const serverKey = keyFor("Server Key").toString("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}

/** Two sessions that touch one role at once: one of them is told to try again, in one of these words. */
async function retryCollisions(work: () => Promise<void>): Promise<void> {
  const collisions = ["XX000", "23505", "42710", "40001", "40P01"];
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 10 || !collisions.includes(sqlStateOf(error) ?? "")) throw error;
      await sleep(Math.random() * 50 * attempt);
    }
  }
}
