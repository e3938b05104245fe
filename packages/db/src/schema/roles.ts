import { pgRole } from "drizzle-orm/pg-core";

/** Made by the first migration where they are missing; Supabase brings the first two. */
export const authenticated = pgRole("authenticated").existing();
/** Other backends of the same project on Supabase. Ours uses the two roles below. */
export const serviceRole = pgRole("service_role").existing();
/** Workers and the key vault: acts for any owner, but can neither rewrite history nor move ownership. */
export const service = pgRole("ai_config_service").existing();
/** A sibling app with a token: what row security lets that token see and do of its organization. */
export const token = pgRole("ai_config_token").existing();
/** The built-in sign-in: reaches accounts and sessions, and nothing else. */
export const identity = pgRole("ai_config_identity").existing();
