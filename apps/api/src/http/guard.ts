import { randomUUID } from "node:crypto";

import { AIConfigError, containsSecret } from "@ai-config/config-core";
import type { LiveServiceToken } from "@ai-config/config-service";
import { createMiddleware } from "hono/factory";

import type { Person } from "../identity/identity.ts";
import { readJsonBody } from "./read-json-body.ts";

export interface ApiVariables {
  requestId: string;
  /** The checked JSON body; undefined where there is none. */
  body: unknown;
  /** The request with the checked text as its body, for handlers that read it themselves. */
  request: Request;
  /** Where the request came from, as far as that can be known. */
  address: string | undefined;
  /** The person who calls, or null; asked once for each request. */
  authenticate: () => Promise<Person | null>;
  /** The token that a sibling app calls with, or null; asked once for each request. */
  authenticateToken: () => Promise<LiveServiceToken | null>;
}

const safeMethods = new Set(["GET", "HEAD", "OPTIONS"]);

/** Whether a method only reads. */
export function isSafe(method: string): boolean {
  return safeMethods.has(method);
}

/** Gives every request an id: the caller's own where it is harmless, else a new one. */
export const identifyRequest = createMiddleware<{ Variables: ApiVariables }>(async (c, next) => {
  const given = c.req.header("x-request-id");
  const isHarmless = given !== undefined && /^[A-Za-z0-9._-]{8,64}$/.test(given) && !containsSecret(given);
  const requestId = isHarmless ? given : randomUUID();
  c.set("requestId", requestId);
  await next();
  // Afterwards, because the answer to an error is a new one.
  c.header("x-request-id", requestId);
});

/** What every call of the API must satisfy before any handler sees it. */
export function guardApi(allowedOrigins: ReadonlySet<string>) {
  return createMiddleware<{ Variables: ApiVariables }>(async (c, next) => {
    const { raw } = c.req;
    if (isSafe(raw.method)) {
      c.set("request", raw);
    } else {
      refuseCrossSite(raw.headers, allowedOrigins);
      const type = raw.headers.get("content-type");
      if (type !== null && !/^application\/json\s*(;\s*charset=utf-8\s*)?$/i.test(type)) {
        throw new AIConfigError("UNSUPPORTED_MEDIA_TYPE");
      }
      const { text, value } = await readJsonBody(raw);
      // Without a type only an empty body is acceptable: browsers send typed forms across sites unasked.
      if (type === null && text !== "") throw new AIConfigError("UNSUPPORTED_MEDIA_TYPE");
      c.set("body", value);
      c.set(
        "request",
        new Request(raw.url, {
          method: raw.method,
          headers: raw.headers,
          body: text === "" ? null : text,
          // Work that nobody waits for any longer may end.
          signal: raw.signal,
        }),
      );
    }
    await next();
    c.header("cache-control", c.res.headers.get("cache-control") ?? "private, no-store");
    c.header("vary", "Cookie, Authorization, Origin");
  });
}

/**
 * Refuses state changes that another site makes a browser send. Browsers name their origin or their fetch site
 * on every such request; where both are missing the caller is no browser, and its cookie is its own.
 */
function refuseCrossSite(headers: Headers, allowedOrigins: ReadonlySet<string>): void {
  if (!headers.has("cookie")) return;
  const origin = headers.get("origin");
  const site = headers.get("sec-fetch-site");
  if (origin !== null ? !allowedOrigins.has(origin) : site !== null && site !== "same-origin") {
    throw new AIConfigError("CROSS_SITE_REQUEST");
  }
}
