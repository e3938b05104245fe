import { connect, isDatabaseUnavailable, sql, sqlStateOf } from "@ai-config/db";

import { type KeyRingProvider, unread } from "./key-ring-provider.ts";

export interface SupabaseVaultOptions {
  /** A connection that may read `vault.decrypted_secrets`. The login that serves requests may not, and need not. */
  readonly url: string;
  /** The name of the secret that holds the master keys. */
  readonly secretName: string;
}

/**
 * Master keys that are kept in Supabase Vault, whose own key lies outside the database: a dump has neither. They are
 * read over a connection that is closed at once.
 */
export function keyRingFromSupabaseVault({ url, secretName }: SupabaseVaultOptions): KeyRingProvider {
  const name = `The secret ${secretName} of Supabase Vault`;
  return {
    name,
    read: async () => {
      const database = connect({ url, maxConnections: 1, applicationName: "ai-config master keys" });
      try {
        const [row] = await database.db.execute<{ ring: string | null }>(
          sql`select decrypted_secret as ring from vault.decrypted_secrets where name = ${secretName}`,
        );
        if (!row?.ring) throw unread(name, "is not there");
        return row.ring;
      } catch (error) {
        throw refusalOf(error, name);
      } finally {
        await database.close();
      }
    },
  };
}

function refusalOf(error: unknown, name: string): unknown {
  if (isDatabaseUnavailable(error)) return unread(name, "cannot be reached");
  switch (sqlStateOf(error)) {
    case "42501":
      return unread(name, "may not be read by this login: it needs select on vault.decrypted_secrets");
    case "3F000":
    case "42P01":
      return unread(name, "cannot be read: this database has no vault.decrypted_secrets");
    default:
      return error;
  }
}
