import { pgSchema } from "drizzle-orm/pg-core";

/** Not exposed by any data API: keys, and functions that must not be called from outside. */
export const privateSchema = pgSchema("private");
/** What the built-in sign-in keeps. */
export const identitySchema = pgSchema("identity");
/** Supabase owns it there; elsewhere the first migration makes it. */
export const authSchema = pgSchema("auth");
