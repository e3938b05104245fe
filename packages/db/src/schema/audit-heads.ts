import { sql } from "drizzle-orm";
import { bigint, pgPolicy, text } from "drizzle-orm/pg-core";

import { bytea } from "./bytea.ts";
import { service } from "./roles.ts";
import { privateSchema } from "./schemas.ts";

/** The end of each owner's chain of audit entries, so that missing last entries are noticed. Triggers write it. */
export const auditHeads = privateSchema.table(
  "audit_heads",
  {
    /** "user:<id>" or "organization:<id>"; it outlives both. */
    owner: text("owner").primaryKey(),
    seq: bigint("seq", { mode: "bigint" }).notNull(),
    hash: bytea("hash").notNull(),
  },
  () => [pgPolicy("audit_heads_service", { for: "select", to: service, using: sql`true` })],
);
