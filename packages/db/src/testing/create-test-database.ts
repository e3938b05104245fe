import { randomBytes, randomUUID } from "node:crypto";

import postgres from "postgres";
import { inject } from "vitest";

import { applicationRole, restrictDatabase } from "../application-role.ts";
import type { Database, SqlClient } from "../client.ts";
import { connect } from "../connect.ts";
import type { TestServer } from "./global-setup.ts";
import { databaseUrl } from "./template-database.ts";

export type OrganizationRole = "owner" | "admin" | "member" | "viewer";

/** A migrated database for one test, gone when the test is over. */
export interface TestDatabase extends AsyncDisposable {
  ownerUrl: string;
  appUrl: string;
  /** Connected as the login that serves requests. */
  database: Database;
  /** Connected as the superuser: for arranging, and for looking behind row security. */
  owner: SqlClient;
  createUser(email?: string): Promise<string>;
  createOrganization(options: { ownerId: string; name?: string }): Promise<string>;
  addMember(organizationId: string, userId: string, role: OrganizationRole): Promise<void>;
}

/** Copies the template of this run: `await using test = await createTestDatabase()`. */
export async function createTestDatabase(server: TestServer = inject("testServer")): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString("hex")}`;
  await asAdmin(server, (admin) => admin`create database ${admin(name)} template ${admin(server.template)}`);
  const ownerUrl = databaseUrl(server.adminUrl, name);
  const appUrl = loginUrl(ownerUrl, server.appPassword);
  const owner: SqlClient = postgres(ownerUrl, {
    max: 3,
    onnotice: () => {},
    types: { bigint: postgres.BigInt },
  });
  // A copy gets the rights of a new database, not those of its template.
  await restrictDatabase(owner);
  const database = connect({ url: appUrl, applicationName: "ai-config test" });

  const addMember = async (organizationId: string, userId: string, role: OrganizationRole) => {
    await owner`
      insert into public.organization_members (organization_id, user_id, role)
      values (${organizationId}, ${userId}, ${role})
      on conflict (organization_id, user_id) do update set role = excluded.role`;
  };
  return {
    ownerUrl,
    appUrl,
    database,
    owner,
    addMember,
    createUser: async (email) => {
      const id = randomUUID();
      await owner`insert into auth.users (id, email) values (${id}, ${email ?? `${id}@example.com`})`;
      return id;
    },
    createOrganization: async ({ ownerId, name: organizationName = "Example" }) => {
      const id = randomUUID();
      await owner`
        insert into public.organizations (id, name, created_by) values (${id}, ${organizationName}, ${ownerId})`;
      await addMember(id, ownerId, "owner");
      return id;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([database.close(), owner.end({ timeout: 1 })]);
      await asAdmin(server, (admin) => admin`drop database if exists ${admin(name)} with (force)`);
    },
  };
}

function loginUrl(ownerUrl: string, password: string): string {
  const address = new URL(ownerUrl);
  address.username = applicationRole;
  address.password = password;
  return address.href;
}

async function asAdmin(server: TestServer, work: (admin: SqlClient) => Promise<unknown>): Promise<void> {
  const admin: SqlClient = postgres(server.adminUrl, {
    max: 1,
    onnotice: () => {},
    fetch_types: false,
    types: { bigint: postgres.BigInt },
  });
  try {
    await work(admin);
  } finally {
    await admin.end({ timeout: 1 });
  }
}
