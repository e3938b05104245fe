import { createHash } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { connect, type Database, migrate } from "@ai-config/db";
import { startEmbeddedPostgres } from "@ai-config/db/embedded";

/** Accounts for each organization; all have a row of their own and share the organization's. */
const USERS_PER_ORGANIZATION = 10;

export interface FilledDatabase extends AsyncDisposable {
  /** Connected as the application is. */
  database: Database;
  /** Adds rows until there are so many configurations. */
  fillTo(rows: number): Promise<void>;
  /** The id of one of the accounts that have rows. */
  someUserId(): string;
}

/** A server of its own with as many configurations as wanted. */
export async function startFilledDatabase(): Promise<FilledDatabase> {
  const dataDirectory = mkdtempSync(join(tmpdir(), "ai-config-bench-"));
  // Under root another account runs the server and must get in.
  chmodSync(dataDirectory, 0o711);
  const server = await startEmbeddedPostgres({ dataDirectory, isDurable: false });
  await migrate({ url: server.ownerUrl, appPassword: decodeURIComponent(new URL(server.appUrl).password) });
  const database = connect({ url: server.appUrl, applicationName: "ai-config benchmark" });
  let organizations = 0;
  let userIds: string[] = [];

  return {
    database,
    async fillTo(rows) {
      const wanted = Math.ceil(rows / (USERS_PER_ORGANIZATION + 1));
      await addOrganizations(server.ownerUrl, organizations, wanted);
      organizations = wanted;
      userIds = Array.from({ length: 10_000 }, () => someUserOf(wanted));
    },
    someUserId: () => userIds[Math.floor(Math.random() * userIds.length)] as string,
    [Symbol.asyncDispose]: async () => {
      await database.close();
      await server.stop();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** Without triggers, which would write a million audit rows and announcements. */
async function addOrganizations(ownerUrl: string, from: number, to: number): Promise<void> {
  const owner = connect({
    url: ownerUrl,
    applicationName: "ai-config benchmark fill",
    answerTimeoutMs: null,
  });
  try {
    await owner.db.$client.begin(async (sql) => {
      await sql`set local statement_timeout = 0`;
      await sql`set local session_replication_role = replica`;
      const series = sql`generate_series(${from}::int, ${to - 1}::int) as o`;
      const people = sql`generate_series(1, ${USERS_PER_ORGANIZATION}::int) as u`;
      const organization = sql`md5('organization ' || o)::uuid`;
      const person = sql`md5('user ' || o || ' ' || u)::uuid`;
      await sql`insert into public.organizations (id, name) select ${organization}, 'Organization ' || o from ${series}`;
      await sql`insert into public.organization_members (organization_id, user_id, role, is_default)
        select ${organization}, ${person}, 'member', true from ${series}, ${people}`;
      await sql`insert into public.ai_configurations (organization_id, configuration)
        select ${organization}, '{"costBudget":{"dailyBudget":50},"model":{"maxTokens":2048}}' from ${series}`;
      await sql`insert into public.ai_configurations (user_id, configuration)
        select ${person}, '{"model":{"temperature":0.5,"topP":0.8},"timeouts":{"connectionTimeout":5000}}'
        from ${series}, ${people}`;
    });
    await owner.db.$client`analyze public.ai_configurations`;
    // What the triggers would have done.
    await owner.db.$client.begin(async (sql) => {
      await sql`set local statement_timeout = 0`;
      await sql`set local session_replication_role = replica`;
      const series = sql`generate_series(${from}::int, ${to - 1}::int) as o`;
      await sql`insert into private.organization_snapshots (organization_id, layers)
        select id, private.owner_layers(null, id) from (select md5('organization ' || o)::uuid as id from ${series})`;
      await sql`insert into private.user_snapshots (user_id, organization_id, layers)
        select m.user_id, m.organization_id, private.owner_layers(m.user_id, null) from public.organization_members m
        join ${series} on m.organization_id = md5('organization ' || o)::uuid`;
    });
    await owner.db.$client.unsafe(
      "vacuum (analyze) public.organization_members, private.user_snapshots, private.organization_snapshots",
    );
  } finally {
    await owner.close();
  }
}

function someUserOf(organizations: number): string {
  const organization = Math.floor(Math.random() * organizations);
  return uuidOf(`user ${organization} ${1 + Math.floor(Math.random() * USERS_PER_ORGANIZATION)}`);
}

function uuidOf(text: string): string {
  const hex = createHash("md5").update(text).digest("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
