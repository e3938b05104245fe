import { boolean, text, timestamp, uuid } from "drizzle-orm/pg-core";

import { authSchema } from "./schemas.ts";

/** Accounts. On Supabase the table is Supabase's own, so the generated migrations leave it alone. */
export const users = authSchema.table("users", {
  id: uuid("id").primaryKey().defaultRandom(),
  email: text("email").notNull().unique(),
  name: text("name").notNull().default(""),
  emailVerified: boolean("email_verified").notNull().default(false),
  image: text("image"),
  /** Whether a sign-in asks for a code of an authenticator app. */
  twoFactorEnabled: boolean("two_factor_enabled").notNull().default(false),
  createdAt: timestamp("created_at", { withTimezone: true }).notNull().defaultNow(),
  updatedAt: timestamp("updated_at", { withTimezone: true }).notNull().defaultNow(),
});
