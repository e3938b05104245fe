import { type Database, eq, sessions } from "@ai-config/db";

import { hashOf } from "../hash-of.ts";
import type { RequestLimiter } from "../http/request-limiter.ts";

/** As long as one code of an authenticator app is taken: its own half minute, and the one before and after. */
export const CODE_SECONDS = 90;

/**
 * Takes back the session that a code opened which had opened one before: whoever looks over a shoulder could use it
 * too. `used` counts to one in the time a code is good for, so that of two at once one stays.
 */
export async function useCodeOnce(
  { db }: Pick<Database, "db">,
  used: RequestLimiter,
  code: string,
  answer: Response,
): Promise<Response> {
  if (!answer.ok) return answer;
  const { token, user } = (await answer.clone().json()) as { token: string; user: { id: string } };
  if ((await used.take(`code ${hashOf(`${user.id} ${code}`)}`, 1)) === undefined) return answer;
  await db.delete(sessions).where(eq(sessions.token, token));
  return Response.json({ code: "INVALID_CODE", message: "Invalid code" }, { status: 401 });
}
