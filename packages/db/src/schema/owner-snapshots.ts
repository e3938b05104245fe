import { sql } from "drizzle-orm";
import { json, pgPolicy, uuid } from "drizzle-orm/pg-core";

import { organizations } from "./organizations.ts";
import { service } from "./roles.ts";
import { privateSchema } from "./schemas.ts";
import { users } from "./users.ts";

/**
 * What resolution needs of one owner, ready to be sent: triggers write it, `private.read_layers` reads it by
 * primary key, and nobody is granted anything. The tables it is made of stay the truth.
 */
export const userSnapshots = privateSchema.table(
  "user_snapshots",
  {
    userId: uuid("user_id")
      .primaryKey()
      .references(() => users.id, { onDelete: "cascade" }),
    /** The account's default organization. */
    organizationId: uuid("organization_id"),
    /** `{ rows, keys }`; `json` keeps the text, so that a read does not build it again. */
    layers: json("layers").notNull(),
  },
  () => [pgPolicy("user_snapshots_service", { for: "select", to: service, using: sql`true` })],
);

export const organizationSnapshots = privateSchema.table(
  "organization_snapshots",
  {
    organizationId: uuid("organization_id")
      .primaryKey()
      .references(() => organizations.id, { onDelete: "cascade" }),
    /** `{ id, name, rows, keys }`. */
    layers: json("layers").notNull(),
  },
  () => [pgPolicy("organization_snapshots_service", { for: "select", to: service, using: sql`true` })],
);
