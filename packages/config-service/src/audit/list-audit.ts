import { AIConfigError } from "@ai-config/config-core";
import { type Actor, type ActorDb, type AuditSubject, sql } from "@ai-config/db";

import { ownedBy, requireAdmin } from "../configuration/stored-configuration.ts";
import type { ServiceContext } from "../context.ts";
import { isoTime } from "../iso-time.ts";
import type { Owner } from "../owner.ts";
import { runAs } from "../run-as.ts";
import { type AuditChange, describeChanges } from "./describe-changes.ts";

const LIMIT_MAX = 200;
const LIMIT_DEFAULT = 50;
const NOBODY = "00000000-0000-0000-0000-000000000000";

/** One recorded change of what decides a configuration. */
export interface AuditEntry {
  readonly id: string;
  readonly subject: AuditSubject;
  readonly configId: string;
  readonly configName: string | null;
  /** What the member is called whom a change is about; null for everything else. */
  readonly memberName: string | null;
  readonly action: "insert" | "update" | "delete";
  readonly actor: {
    readonly type: "user" | "token" | "service" | "system";
    readonly id: string | null;
    readonly name: string | null;
  };
  readonly changedAt: string;
  readonly reason: string | null;
  readonly requestId: string | null;
  /** Through what it was made: "trpc", "rest", "service", or "sql" for a statement that none of ours sent. */
  readonly via: string;
  readonly version: number | null;
  readonly changes: readonly AuditChange[];
}

interface AuditRow extends Record<string, unknown> {
  id: string;
  subject: AuditEntry["subject"];
  config_id: string;
  config_name: string | null;
  action: AuditEntry["action"];
  version: number | null;
  old_value: unknown;
  new_value: unknown;
  actor_type: AuditEntry["actor"]["type"];
  changed_by: string;
  actor_name: string | null;
  reason: string | null;
  request_id: string | null;
  via: string;
  seq: string;
  changed_at: string;
}

export interface ListAuditInput {
  readonly actor: Actor;
  readonly owner: Owner;
  /** Where the former page ended. */
  readonly before?: string | null | undefined;
  readonly limit?: number | undefined;
}

/**
 * What happened to an owner's configurations and keys, latest first, also to those that are gone. An
 * organization's is for its owners and admins.
 */
export async function listAudit(
  ctx: ServiceContext,
  { actor, owner, before, limit = LIMIT_DEFAULT }: ListAuditInput,
): Promise<{ entries: AuditEntry[]; next: string | null }> {
  const end = before == null ? null : readCursor(before);
  const count = Math.min(Math.max(Math.trunc(limit) || LIMIT_DEFAULT, 1), LIMIT_MAX);
  const { rows, names } = await runAs(ctx, actor, async (tx) => {
    await requireAdmin(tx, actor, owner, ["audit:read"]);
    const rows = await tx.execute<AuditRow>(sql`
      select id::text as id, subject, config_id, config_name, action, version, old_value, new_value, actor_type,
        changed_by, actor_name, reason, request_id, via, ai_configuration_audit.seq::text as seq, ${isoTime("changed_at")}
      from public.ai_configuration_audit
      where ${ownedBy(owner)} and (${end}::bigint is null or ai_configuration_audit.seq < ${end}::bigint)
      order by ai_configuration_audit.seq desc limit ${count + 1}`);
    return { rows, names: await namesOf(tx, rows) };
  });
  const page = rows.slice(0, count);
  return {
    entries: page.map((row) => entryOf(row, names)),
    next: rows.length > count ? (page.at(-1)?.seq ?? null) : null,
  };
}

function readCursor(before: string): string {
  if (/^\d{1,18}$/.test(before)) return before;
  throw new AIConfigError("INPUT_INVALID", {
    issues: [{ path: "before", code: "malformed", message: "Must be the end of a former page." }],
  });
}

/** What people are called today, as far as the caller may know them. Who left stays an id. */
async function namesOf(tx: ActorDb, rows: readonly AuditRow[]): Promise<ReadonlyMap<string, string>> {
  const writers = rows.filter((row) => row.actor_type === "user").map((row) => row.changed_by);
  const members = rows.filter((row) => row.subject === "member").map((row) => row.config_id);
  const ids = [...new Set([...writers, ...members])];
  if (ids.length === 0) return new Map();
  const people = await tx.execute<{ id: string; name: string | null; email: string | null }>(sql`
    select id, name, email from private.describe_users(array[${sql.join(ids, sql`, `)}]::uuid[])`);
  return new Map(people.map(({ id, name, email }) => [id, name || email || id]));
}

function entryOf(row: AuditRow, names: ReadonlyMap<string, string>): AuditEntry {
  return {
    id: row.id,
    subject: row.subject,
    configId: row.config_id,
    configName: row.config_name,
    memberName: row.subject === "member" ? (names.get(row.config_id) ?? null) : null,
    action: row.action,
    actor: {
      type: row.actor_type,
      id: row.changed_by === NOBODY ? null : row.changed_by,
      name: row.actor_name ?? names.get(row.changed_by) ?? null,
    },
    changedAt: row.changed_at,
    reason: row.reason,
    requestId: row.request_id,
    via: row.via,
    version: row.version,
    changes: describeChanges(row.old_value, row.new_value),
  };
}
