import { createHash } from "node:crypto";

import { AIConfigError } from "@ai-config/config-core";
import {
  deleteConfiguration,
  type EffectiveConfiguration,
  getEffectiveConfiguration,
  listConfigurations,
  rotateApiKey,
  type ServiceContext,
  updateConfiguration,
} from "@ai-config/config-service";
import { Hono } from "hono";
import * as z from "zod";

import { isUnchanged } from "../http/entity-tag.ts";
import type { ApiVariables } from "../http/guard.ts";
import { configNameInput } from "../routers/owner.ts";
import { callerOf, readInput, withFieldNames } from "./caller.ts";

const query = z.strictObject({ organizationId: z.uuid().optional() });
const patchBody = z.strictObject({ configName: configNameInput, updates: z.unknown() });
const deleteBody = z.strictObject({ configName: configNameInput });
const rotateBody = z.strictObject({ newPrimaryKey: z.string().max(1000) });

interface Answer {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

/** The mission's routes. They speak for the signed-in account and nobody else. */
export function configurationRoutes(service: ServiceContext) {
  const routes = new Hono<{ Variables: ApiVariables }>();
  // An effective configuration is frozen and replaced as a whole, so what was made from it stays right as long
  // as it is the one in the cache.
  const answers = new WeakMap<EffectiveConfiguration, Promise<Answer>>();

  routes.get("/", async (c) => {
    const actor = await callerOf(c.var.authenticate, c.var.requestId);
    const { organizationId } = readInput(query, c.req.query());
    const effective = await getEffectiveConfiguration(service, {
      actor,
      userId: actor.userId,
      organizationId,
    });
    let answer = answers.get(effective);
    if (answer === undefined) {
      answer = listConfigurations(service, { actor, owner: { type: "user", userId: actor.userId } }).then(
        (rows) => answerOf(effective, rows),
      );
      answers.set(effective, answer);
      answer.catch(() => answers.delete(effective));
    }
    const { bytes, etag } = await answer;
    const headers = { etag, "cache-control": "private, no-cache" };
    if (isUnchanged(c.req.header("if-none-match"), etag)) return c.body(null, 304, headers);
    return c.body(bytes, 200, { ...headers, "content-type": "application/json" });
  });

  routes.patch("/", async (c) => {
    const actor = await callerOf(c.var.authenticate, c.var.requestId);
    const { configName, updates } = readInput(patchBody, c.var.body);
    const owner = { type: "user", userId: actor.userId } as const;
    const result = await updateConfiguration(service, { actor, owner, configName, updates });
    if (!result.success) throw new AIConfigError("CONFIGURATION_INVALID", { issues: result.errors });
    return c.json({ success: true });
  });

  routes.delete("/", async (c) => {
    const actor = await callerOf(c.var.authenticate, c.var.requestId);
    const { configName } = readInput(deleteBody, c.var.body);
    await deleteConfiguration(service, { actor, owner: { type: "user", userId: actor.userId }, configName });
    return c.json({ success: true });
  });

  routes.post("/rotate-key", async (c) => {
    const actor = await callerOf(c.var.authenticate, c.var.requestId);
    const { newPrimaryKey } = readInput(rotateBody, c.var.body);
    const owner = { type: "user", userId: actor.userId } as const;
    const { keyVersion, hint, verified } = await withFieldNames({ newKey: "newPrimaryKey" }, () =>
      rotateApiKey(service, { actor, owner, newKey: newPrimaryKey }),
    );
    return c.json({ success: true, keyVersion, hint, verified });
  });

  return routes;
}

function answerOf(effective: EffectiveConfiguration, userConfigurations: readonly unknown[]): Answer {
  const { configuration, sources, problems, warnings, organizationId, stale } = effective;
  const text = JSON.stringify({
    effective: configuration,
    userConfigurations,
    sources,
    problems,
    warnings,
    organizationId,
    stale,
  });
  const etag = `"${createHash("sha256").update(text).digest("base64url").slice(0, 24)}"`;
  return { bytes: new TextEncoder().encode(text), etag };
}
