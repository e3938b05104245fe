import { createMiddleware } from "hono/factory";

import type { Caller, Identity, Person } from "../identity/identity.ts";
import type { ApiVariables } from "./guard.ts";

/** Asks once who calls, however many procedures of one request want to know, and passes on what the session says. */
export function identifyCaller(identity: Identity) {
  return createMiddleware<{ Variables: ApiVariables }>(async (c, next) => {
    let asked: Promise<Caller> | undefined;
    c.set("authenticate", async (): Promise<Person | null> => {
      asked ??= identity.authenticate(c.req.raw.headers);
      return (await asked).person;
    });
    await next();
    const caller = await asked?.catch(() => undefined);
    for (const cookie of caller?.cookies ?? []) c.header("set-cookie", cookie, { append: true });
  });
}
