import {
  isServiceToken,
  type LiveServiceToken,
  type ServiceContext,
  useServiceToken,
} from "@ai-config/config-service";
import { createMiddleware } from "hono/factory";

import type { Caller, Identity, Person } from "../identity/identity.ts";
import { bearerOf } from "./bearer.ts";
import type { ApiVariables } from "./guard.ts";

/**
 * Asks once who calls, however many procedures of one request want to know, and passes on what the session says.
 * Whoever shows a token of ours is that token, whatever cookie comes along.
 */
export function identifyCaller(identity: Identity, service: Pick<ServiceContext, "database">) {
  return createMiddleware<{ Variables: ApiVariables }>(async (c, next) => {
    const { headers } = c.req.raw;
    const bearer = bearerOf(headers);
    const token = bearer !== undefined && isServiceToken(bearer) ? bearer : undefined;
    let person: Promise<Caller> | undefined;
    let live: Promise<LiveServiceToken | null> | undefined;
    c.set("authenticate", async (): Promise<Person | null> => {
      if (token !== undefined) return null;
      person ??= identity.authenticate(headers);
      return (await person).person;
    });
    c.set("authenticateToken", async () => {
      if (token === undefined) return null;
      live ??= useServiceToken(service, token);
      return live;
    });
    await next();
    const caller = await person?.catch(() => undefined);
    for (const cookie of caller?.cookies ?? []) c.header("set-cookie", cookie, { append: true });
  });
}
