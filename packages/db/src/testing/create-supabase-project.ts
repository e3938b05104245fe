import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";

import postgres from "postgres";
import { inject } from "vitest";

import { applicationRole } from "../application-role.ts";
import type { TestServer } from "./global-setup.ts";
import { databaseUrl } from "./template-database.ts";

/** An empty database that looks like a Supabase project, gone when the test is over. */
export interface SupabaseProject extends AsyncDisposable {
  /** Connects as the project's owner, who is no superuser. */
  ownerUrl: string;
  /** Connects as the login that serves requests. */
  appUrl: string;
  /** The role that the project's accounts belong to. */
  auth: string;
  /** Connected as a superuser. */
  project: postgres.Sql;
}

const fixture = readFileSync(new URL("supabase-project.sql", import.meta.url), "utf8");

export async function createSupabaseProject(
  { adminUrl, appPassword }: TestServer = inject("testServer"),
): Promise<SupabaseProject> {
  const suffix = randomBytes(6).toString("hex");
  const [name, owner, auth] = [`project_${suffix}`, `owner_${suffix}`, `auth_${suffix}`];
  const admin = postgres(adminUrl, { max: 1, onnotice: () => {} });
  await admin.unsafe(`create role ${owner} login createrole bypassrls password '${suffix}'`);
  await admin.unsafe(`create role ${auth} nologin`);
  await admin.unsafe(`create database ${name} owner ${owner}`);
  const superUrl = databaseUrl(adminUrl, name);
  const project = postgres(superUrl, { max: 1, onnotice: () => {} });
  await project.unsafe(fixture.replaceAll("{owner}", owner).replaceAll("{auth}", auth));
  return {
    ownerUrl: loginUrl(superUrl, owner, suffix),
    appUrl: loginUrl(superUrl, applicationRole, appPassword),
    auth,
    project,
    [Symbol.asyncDispose]: async () => {
      await project.end();
      await admin.unsafe(`drop database ${name} with (force)`);
      await admin.unsafe(`drop role ${owner}, ${auth}`);
      await admin.end();
    },
  };
}

function loginUrl(url: string, role: string, password: string): string {
  const address = new URL(url);
  [address.username, address.password] = [role, password];
  return address.href;
}
