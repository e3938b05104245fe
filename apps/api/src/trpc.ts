import { AIConfigError, type Issue, type TokenAction, withoutSecrets } from "@ai-config/config-core";
import type { LiveServiceToken, ServiceContext } from "@ai-config/config-service";
import type { Actor, TokenActor } from "@ai-config/db";
import type { GovernedClaude } from "@ai-config/runtime";
import { initTRPC, TRPCError } from "@trpc/server";
import * as z from "zod";

import { issuesFromZod } from "./http/issues-from-zod.ts";
import { toAIConfigError, trpcCodes, wireProblem } from "./http/problem.ts";
import type { Person } from "./identity/identity.ts";
import type { OwnAccount } from "./identity/own-account.ts";

/** Who can call the API. */
export type CallingActor = Exclude<Actor, { type: "service" }>;

import type { Mailer } from "./mail/mailer.ts";

/** What every procedure knows: who asks, and through what it may act. */
export interface ApiContext {
  readonly service: ServiceContext;
  /** Calls under the configurations of their accounts. */
  readonly claude: GovernedClaude;
  readonly authenticate: () => Promise<Person | null>;
  readonly authenticateToken: () => Promise<LiveServiceToken | null>;
  /** What signed-in people may see and end of their own. */
  readonly own: OwnAccount;
  readonly requestId: string;
  /** The address people use, for links that leave the product. */
  readonly publicUrl: string;
  readonly signUp: "open" | "invitation";
  /** Undefined: no mails are sent. */
  readonly mailer: Mailer | undefined;
}

const unreadable: Issue = {
  path: "",
  code: "malformed",
  message: "Must be valid JSON, and for a batch an object with an input for each number.",
};

const t = initTRPC.context<ApiContext>().create({
  errorFormatter: ({ shape, error, ctx }) => {
    const problem = problemOf(error);
    const { stack: _stack, ...data } = shape.data as typeof shape.data & { stack?: string };
    const aiConfig = wireProblem(problem, ctx?.requestId);
    // The caller wrote the path, and whatever is in it.
    const path = data.path === undefined ? {} : { path: withoutSecrets(data.path) };
    return { ...shape, message: problem.message, data: { ...data, ...path, aiConfig } };
  },
});

/** The domain's error inside tRPC's: its own where it threw one, else what tRPC itself refused. */
export function problemOf(error: TRPCError): AIConfigError {
  if (error.cause instanceof AIConfigError) return error.cause;
  // Ours throws no tRPC errors: a code other than the general one is tRPC's own judgement of the call.
  switch (error.code) {
    case "NOT_FOUND":
      return new AIConfigError("NOT_FOUND");
    case "METHOD_NOT_SUPPORTED":
      return new AIConfigError("METHOD_NOT_ALLOWED");
    case "UNSUPPORTED_MEDIA_TYPE":
      return new AIConfigError("UNSUPPORTED_MEDIA_TYPE");
    case "BAD_REQUEST":
    case "PARSE_ERROR":
      return new AIConfigError("INPUT_INVALID", { issues: [unreadable] });
    default:
      return toAIConfigError(error.cause ?? error);
  }
}

const translateErrors = t.middleware(async ({ next, getRawInput }) => {
  const result = await next();
  if (result.ok) return result;
  const cause = isInputError(result.error)
    ? new AIConfigError("INPUT_INVALID", { issues: issuesFromZod(result.error.cause, await getRawInput()) })
    : problemOf(result.error);
  throw new TRPCError({ code: trpcCodes[cause.code], message: cause.message, cause });
});

/** Whether the input was read, and is not what the procedure takes. */
function isInputError(error: TRPCError): error is TRPCError & { cause: z.ZodError } {
  return error.code === "BAD_REQUEST" && error.cause instanceof z.ZodError;
}

/** Whatever a token may do: this is about an account. */
export const FOR_PEOPLE = "A token cannot do this. Sign in as a person.";

const requirePerson = t.middleware(async ({ ctx, next }) => {
  const person = await ctx.authenticate();
  if (person === null) {
    const isToken = (await ctx.authenticateToken()) !== null;
    throw isToken
      ? new AIConfigError("FORBIDDEN", { message: FOR_PEOPLE })
      : new AIConfigError("UNAUTHENTICATED");
  }
  return next({ ctx: { ...ctx, person, actor: actorOf(person, ctx.requestId, "trpc") } });
});

/** The database's name for a signed-in person; `via` is for the audit. */
export function actorOf({ userId }: Person, requestId: string, via: "trpc" | "rest") {
  return { type: "user", userId, requestId, via } as const;
}

/** What a token acts as; refuses one that may do none of the actions, where any are named. */
export function tokenActorOf(
  { tokenId, organizationId, name, actions }: LiveServiceToken,
  needed: readonly TokenAction[],
  requestId: string,
  via: "trpc" | "rest",
): TokenActor {
  if (needed.length > 0 && !needed.some((action) => actions.includes(action))) {
    throw new AIConfigError("FORBIDDEN", {
      message: `This token may not do that. It needs the action ${needed.join(" or ")}.`,
    });
  }
  return { type: "token", tokenId, organizationId, name, actions, requestId, via };
}

export const { router } = t;
const base = t.procedure.use(translateErrors);
/** For signed-in people. */
export const personProcedure = base.use(requirePerson);

/**
 * For signed-in people, and for tokens that may do one of the actions; with none named, for every token. There is
 * no other kind of procedure, so that none can forget to ask.
 */
export function callerProcedure(...actions: TokenAction[]) {
  return base.use(async ({ ctx, next }) => {
    const token = await ctx.authenticateToken();
    if (token !== null) {
      return next({ ctx: { ...ctx, actor: tokenActorOf(token, actions, ctx.requestId, "trpc") } });
    }
    const person = await ctx.authenticate();
    if (person === null) throw new AIConfigError("UNAUTHENTICATED");
    return next({ ctx: { ...ctx, actor: actorOf(person, ctx.requestId, "trpc") } });
  });
}
