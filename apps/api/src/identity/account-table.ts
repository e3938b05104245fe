import { type Database, sql } from "@ai-config/db";

/** Whose the table of accounts is: on Supabase it is Supabase's, and no account is made or changed by us. */
export interface AccountTable {
  isOurs(): Promise<boolean>;
}

/** Asks the database once, connected with the role of the sign-in. */
export function createAccountTable({ db }: Pick<Database, "db">): AccountTable {
  let known: boolean | undefined;
  return {
    isOurs: async () => {
      if (known !== undefined) return known;
      // By its id: the name of a table in a closed schema may not even be asked for.
      const [row] = await db.execute<{ is_ours: boolean }>(sql`
        select has_table_privilege(c.oid, 'insert') as is_ours
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'auth' and c.relname = 'users'`);
      known = row?.is_ours ?? false;
      return known;
    },
  };
}
