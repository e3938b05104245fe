import { AIConfigError } from "@ai-config/config-core";
import type * as z from "zod";

import { issuesFromZod } from "../http/issues-from-zod.ts";
import type { Person } from "../identity/identity.ts";
import { actorOf } from "../trpc.ts";

/** Who calls a REST route, for the database; refuses who is not signed in. */
export async function callerOf(authenticate: () => Promise<Person | null>, requestId: string) {
  const person = await authenticate();
  if (person === null) throw new AIConfigError("UNAUTHENTICATED");
  return actorOf(person, requestId, "rest");
}

/** Reads an envelope strictly; what is inside `updates` is judged by the service. */
export function readInput<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AIConfigError("INPUT_INVALID", { issues: issuesFromZod(parsed.error, value) });
}

/** Runs `work`, and tells what is wrong with the service's fields under the names that the route gives them. */
export async function withFieldNames<T>(
  names: Readonly<Record<string, string>>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AIConfigError) || error.issues.length === 0) throw error;
    const issues = error.issues.map((issue) => ({ ...issue, path: names[issue.path] ?? issue.path }));
    throw new AIConfigError(error.code, { message: error.message, issues, cause: error });
  }
}
