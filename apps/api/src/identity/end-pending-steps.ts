import { type Database, eq, verifications } from "@ai-config/db";

/**
 * Ends what somebody began with a password that is no more: second steps that wait for a code, and mailed links for
 * choosing another one.
 */
export async function endPendingSteps({ db }: Pick<Database, "db">, userId: string): Promise<void> {
  await db.delete(verifications).where(eq(verifications.value, userId));
}
