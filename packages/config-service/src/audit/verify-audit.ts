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

/**
 * Checks that nobody altered, removed or reordered entries of an owner's audit. An organization's is for its
 * owners and admins.
 */
export function verifyAudit(
  ctx: ServiceContext,
  { actor, owner }: { actor: Actor; owner: Owner },
): Promise<AuditVerdict> {
  return runAs(ctx, actor, async (tx) => {
    await requireAdmin(tx, actor, owner, ["audit:read"]);
    const [row] = await tx.execute<{ verdict: AuditVerdict }>(
      owner.type === "user"
        ? sql`select private.verify_audit(${owner.userId}::uuid, null) as verdict`
        : sql`select private.verify_audit(null, ${owner.organizationId}::uuid) as verdict`,
    );
    if (row === undefined) throw new Error("The database answered no row.");
    return row.verdict;
  });
}
