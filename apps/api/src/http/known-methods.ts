import { AIConfigError } from "@ai-config/config-core";
import { createMiddleware } from "hono/factory";
import { METHOD_NAME_ALL } from "hono/router";
import type { RouterRoute } from "hono/types";

import type { ApiVariables } from "./guard.ts";
import { problemResponse } from "./problem-response.ts";

/** For addresses that say nothing themselves. Others, such as TRACE, cannot even be told to a handler. */
const GENERAL = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/**
 * Answers 405 to a method that no route of the address takes, before anything of the request is read, and names
 * those that there are. `routes` may still grow.
 */
export function refuseOtherMethods(routes: readonly RouterRoute[]) {
  return createMiddleware<{ Variables: ApiVariables }>(async (c, next) => {
    const own = methodsAt(routes, c.req.path);
    const methods = own.length > 0 ? own : GENERAL;
    // Whatever takes GET takes HEAD.
    const method = c.req.method === "HEAD" ? "GET" : c.req.method;
    if (methods.includes(method)) return next();
    return problemResponse(c, new AIConfigError("METHOD_NOT_ALLOWED"), { allow: methods.join(", ") });
  });
}

/** The methods of an API address, which is written out or ends in a star. */
function methodsAt(routes: readonly RouterRoute[], path: string): string[] {
  const methods = routes
    .filter((route) => route.method !== METHOD_NAME_ALL && route.path.startsWith("/api/"))
    .filter((route) =>
      route.path.endsWith("/*") ? `${path}/`.startsWith(route.path.slice(0, -1)) : path === route.path,
    )
    .map((route) => route.method);
  return [...new Set(methods)];
}
