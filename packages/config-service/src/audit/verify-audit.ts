import { type Actor, sql } from "@ai-config/db";

import { requireAdmin } from "../configuration/stored-configuration.ts";
import type { ServiceContext } from "../context.ts";
import type { Owner } from "../owner.ts";
import { runAs } from "../run-as.ts";

/** What checking an owner's chain of audit entries found. */
export interface AuditVerdict {
  /** Entries that hold, from the first one on. */
  readonly checked: number;
  /** How many of them are blank, because a deleted account's were forgotten. */
  readonly forgotten: number;
  /** The hash of the last one that holds, in hex: kept elsewhere, it proves later that nothing before changed. */
  readonly head: string;
  /** The first entry that does not hold, by its place in the chain. */
  readonly problem: {
    readonly kind: "altered" | "missing";
    readonly seq: number;
    readonly id?: string;
  } | null;
}

/** Some milliseconds, where a statement has seconds. */
const PART_ENTRIES = 20_000;

/**
 * Checks that nobody altered, removed or reordered entries of an owner's audit. An organization's is for its
 * owners and admins; who stops being one is told no more. However long a chain is, no statement is.
 */
export async function verifyAudit(
  ctx: ServiceContext,
  { actor, owner, partEntries = PART_ENTRIES }: { actor: Actor; owner: Owner; partEntries?: number },
): Promise<AuditVerdict> {
  for (let before = { checked: 0, forgotten: 0, head: "" }; ; ) {
    const part = await verifyPart(ctx, { actor, owner, before, partEntries });
    const { isEnd, ...verdict } = { ...part, forgotten: before.forgotten + part.forgotten };
    if (isEnd || verdict.problem !== null) return verdict;
    before = verdict;
  }
}

interface PartOfAudit {
  readonly actor: Actor;
  readonly owner: Owner;
  readonly before: Pick<AuditVerdict, "checked" | "head">;
  readonly partEntries: number;
}

function verifyPart(
  ctx: ServiceContext,
  { actor, owner, before, partEntries }: PartOfAudit,
): Promise<AuditVerdict & { isEnd: boolean }> {
  return runAs(ctx, actor, async (tx) => {
    await requireAdmin(tx, actor, owner, ["audit:read"]);
    const [userId, organizationId] =
      owner.type === "user" ? [owner.userId, null] : [null, owner.organizationId];
    const [row] = await tx.execute<{ part: AuditVerdict & { isEnd: boolean } }>(sql`
      select private.verify_audit_part(${userId}::uuid, ${organizationId}::uuid, ${before.checked}::bigint,
        decode(${before.head}, 'hex'), ${partEntries}::integer) as part`);
    if (row === undefined) throw new Error("The database answered no row.");
    return row.part;
  });
}
