import { type Actor, sql } from "@ai-config/db";

import { ownedBy, requireAdmin } from "../configuration/stored-configuration.ts";
import type { ServiceContext } from "../context.ts";
import type { Owner } from "../owner.ts";
import { runAs } from "../run-as.ts";

/** Few enough for a transaction to be short and a page to be small. */
const PAGE_ROWS = 500;

/**
 * One entry with its links of the chain. With the former line's `hash`, as bytes and none before the first:
 * `contentHash` is SHA-256 of the bytes of `salt` and the text `content`, and `hash` is SHA-256 of the former
 * hash and the text `record`. `salt` and what `content` said are null where they were forgotten.
 */
export interface AuditExportLine extends Record<string, unknown> {
  readonly seq: number;
  readonly id: string;
  /** JSON text: configName, oldValue, newValue, reason, requestId. */
  readonly content: string;
  /** Hex. */
  readonly salt: string | null;
  /** Hex. */
  readonly contentHash: string;
  /**
   * JSON text: seq, id, subject, configId, userId, organizationId, action, version, actorType, changedBy,
   * actorName, via, changedAt, contentHash.
   */
  readonly record: string;
  /** Hex. */
  readonly hash: string;
}

/**
 * An owner's audit from the first entry on, as lines that anybody can verify without the database. An
 * organization's is for its owners and admins; who stops being one gets no further page.
 */
export async function* exportAudit(
  ctx: ServiceContext,
  { actor, owner }: { actor: Actor; owner: Owner },
): AsyncGenerator<AuditExportLine> {
  for (let after = 0; ; ) {
    const lines = await runAs(ctx, actor, async (tx) => {
      await requireAdmin(tx, actor, owner, ["audit:read"]);
      return tx.execute<AuditExportLine>(sql`
        select a.seq::integer as seq, a.id::text as id, private.audit_content(a) as content,
          encode(a.salt, 'hex') as salt, encode(a.content_hash, 'hex') as "contentHash",
          private.audit_record(a) as record, encode(a.hash, 'hex') as hash
        from public.ai_configuration_audit a
        where ${ownedBy(owner)} and a.seq > ${after} order by a.seq limit ${PAGE_ROWS}`);
    });
    yield* lines;
    const last = lines.at(-1);
    if (last === undefined || lines.length < PAGE_ROWS) return;
    after = last.seq;
  }
}
