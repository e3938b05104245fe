import { AIConfigError, type TokenAction } from "@ai-config/config-core";
import type * as z from "zod";

import type { ApiVariables } from "../http/guard.ts";
import { issuesFromZod } from "../http/issues-from-zod.ts";
import { actorOf, type CallingActor, FOR_PEOPLE, tokenActorOf } from "../trpc.ts";

type Calling = Pick<ApiVariables, "authenticate" | "authenticateToken" | "requestId">;

/** The person who calls a REST route, for the database; refuses who is not signed in. */
export async function personOf({ authenticate, authenticateToken, requestId }: Calling) {
  const person = await authenticate();
  if (person !== null) return actorOf(person, requestId, "rest");
  const isToken = (await authenticateToken()) !== null;
  throw isToken
    ? new AIConfigError("FORBIDDEN", { message: FOR_PEOPLE })
    : new AIConfigError("UNAUTHENTICATED");
}

/** The person who calls, or the token that may do one of the actions. */
export async function callerOf(calling: Calling, ...actions: TokenAction[]): Promise<CallingActor> {
  const token = await calling.authenticateToken();
  return token === null ? personOf(calling) : tokenActorOf(token, actions, calling.requestId, "rest");
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
