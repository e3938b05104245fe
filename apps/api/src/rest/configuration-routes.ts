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
import type { GovernedClaude } from "@ai-config/runtime";
import { Hono } from "hono";
import * as z from "zod";

import { isUnchanged } from "../http/entity-tag.ts";
import type { ApiVariables } from "../http/guard.ts";
import { reviewBudgets } from "../review-budgets.ts";
import { accountOf, configNameInput } from "../routers/owner.ts";
import type { CallingActor } from "../trpc.ts";
import { callerOf, personOf, readInput, withFieldNames } from "./caller.ts";

const query = z.strictObject({ organizationId: z.uuid().optional(), userId: z.uuid().optional() });
const patchBody = z.strictObject({ configName: configNameInput, updates: z.unknown() });
const deleteBody = z.strictObject({ configName: configNameInput });
const rotateBody = z.strictObject({ newPrimaryKey: z.string().max(1000) });

interface Answer {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly etag: string;
}

/** The mission's routes. They speak for the signed-in account; a token may read what applies to a member. */
export function configurationRoutes(service: ServiceContext, claude: GovernedClaude) {
  const routes = new Hono<{ Variables: ApiVariables }>();
  // An effective configuration is frozen and replaced as a whole, so what was made from it stays right as long
  // as it is the one in the cache.
  const answers = new WeakMap<EffectiveConfiguration, Promise<Answer>>();

  // A token is told what applies to a member, and nothing of the rows that are the member's own.
  const answersForTokens = new WeakMap<EffectiveConfiguration, Promise<Answer>>();

  routes.get("/", async (c) => {
    const actor = await callerOf(c.var, "effective:read");
    const account = accountOf(readInput(query, c.req.query()), actor);
    const effective = await getEffectiveConfiguration(service, { actor, ...account });
    const kept = actor.type === "token" ? answersForTokens : answers;
    let answer = kept.get(effective);
    if (answer === undefined) {
      answer = makeAnswer(actor, effective);
      kept.set(effective, answer);
      answer.catch(() => kept.delete(effective));
    }
    const { bytes, etag } = await answer;
    const headers = { etag, "cache-control": "private, no-cache" };
    if (isUnchanged(c.req.header("if-none-match"), etag)) return c.body(null, 304, headers);
    return c.body(bytes, 200, { ...headers, "content-type": "application/json" });
  });

  async function makeAnswer(actor: CallingActor, effective: EffectiveConfiguration): Promise<Answer> {
    if (actor.type === "token") return answerOf(effective);
    const owner = { type: "user", userId: actor.userId } as const;
    return answerOf(effective, await listConfigurations(service, { actor, owner }));
  }

  routes.patch("/", async (c) => {
    const actor = await personOf(c.var);
    const { configName, updates } = readInput(patchBody, c.var.body);
    const owner = { type: "user", userId: actor.userId } as const;
    const result = await updateConfiguration(service, { actor, owner, configName, updates });
    if (!result.success) throw new AIConfigError("CONFIGURATION_INVALID", { issues: result.errors });
    await reviewBudgets({ service, claude, actor }, owner);
    return c.json({ success: true });
  });

  routes.delete("/", async (c) => {
    const actor = await personOf(c.var);
    const { configName } = readInput(deleteBody, c.var.body);
    const owner = { type: "user", userId: actor.userId } as const;
    await deleteConfiguration(service, { actor, owner, configName });
    await reviewBudgets({ service, claude, actor }, owner);
    return c.json({ success: true });
  });

  routes.post("/rotate-key", async (c) => {
    const actor = await personOf(c.var);
    const { newPrimaryKey } = readInput(rotateBody, c.var.body);
    const owner = { type: "user", userId: actor.userId } as const;
    const { keyVersion, hint, verified } = await withFieldNames({ newKey: "newPrimaryKey" }, () =>
      rotateApiKey(service, { actor, owner, newKey: newPrimaryKey }),
    );
    return c.json({ success: true, keyVersion, hint, verified });
  });

  return routes;
}

function answerOf(effective: EffectiveConfiguration, userConfigurations?: readonly unknown[]): Answer {
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
