import { randomBytes } from "node:crypto";

import { createTestDatabase, type TestDatabase } from "@ai-config/db/testing";

import { createServiceContext, type RunningServiceContext, type ServiceOptions } from "../../src/index.ts";

export const masterKey = () => randomBytes(32).toString("base64url");

/** A key that nobody accepts, and that is easy to find where it should not be. */
export const providerKey = (tail = randomBytes(4).toString("hex")) =>
  `sk-ant-api03-${"canary".repeat(6)}${tail}`;

/** Anthropic, answering every request with one status; an Error stands for a network that fails. */
export function anthropicAnswering(answer: number | Error) {
  const requests: { url: string; init: RequestInit | undefined }[] = [];
  const send: typeof fetch = async (url, init) => {
    requests.push({ url: String(url), init });
    if (answer instanceof Error) throw answer;
    return new Response("{}", { status: answer });
  };
  return { send, requests };
}

export interface TestService extends AsyncDisposable {
  database: TestDatabase;
  ctx: RunningServiceContext;
  /** The first context's, where it was given as text. */
  keyRing: string;
  /** A second process on the same database, as far as anybody can tell. */
  another(options?: Partial<ServiceOptions>): Promise<RunningServiceContext>;
}

export async function startService(options: Partial<ServiceOptions> = {}): Promise<TestService> {
  const database = await createTestDatabase();
  const keyRing = typeof options.keyRing === "string" ? options.keyRing : masterKey();
  const contexts: RunningServiceContext[] = [];
  const another = async (more: Partial<ServiceOptions> = {}) => {
    const ctx = await createServiceContext({
      database: database.database,
      environment: {},
      fetch: anthropicAnswering(200).send,
      ...options,
      ...more,
      keyRing: more.keyRing ?? options.keyRing ?? keyRing,
    });
    contexts.push(ctx);
    return ctx;
  };
  return {
    database,
    ctx: await another(),
    keyRing,
    another,
    [Symbol.asyncDispose]: async () => {
      for (const ctx of contexts) await ctx.close();
      await database[Symbol.asyncDispose]();
    },
  };
}

export const asUser = (userId: string) => ({ type: "user", userId }) as const;
export const userOwner = (userId: string) => ({ type: "user", userId }) as const;
export const organizationOwner = (organizationId: string) =>
  ({ type: "organization", organizationId }) as const;
