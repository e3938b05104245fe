import { AIConfigError, type Issue, withoutSecrets } from "@ai-config/config-core";
import type { ServiceContext } from "@ai-config/config-service";
import { initTRPC, TRPCError } from "@trpc/server";
import * as z from "zod";

import { issuesFromZod } from "./http/issues-from-zod.ts";
import { toAIConfigError, trpcCodes, type WireProblem } from "./http/problem.ts";
import type { Person } from "./identity/identity.ts";

/** What every procedure knows: who asks, and through what it may act. */
export interface ApiContext {
  readonly service: ServiceContext;
  readonly authenticate: () => Promise<Person | null>;
  readonly requestId: string;
  /** The address people use, for links that leave the product. */
  readonly publicUrl: string;
  readonly signUp: "open" | "invitation";
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
    const aiConfig: WireProblem = { code: problem.code, issues: problem.issues, requestId: ctx?.requestId };
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

const requirePerson = t.middleware(async ({ ctx, next }) => {
  const person = await ctx.authenticate();
  if (person === null) throw new AIConfigError("UNAUTHENTICATED");
  return next({ ctx: { ...ctx, person, actor: actorOf(person, ctx.requestId, "trpc") } });
});

/** The database's name for a signed-in person; `via` is for the audit. */
export function actorOf({ userId }: Person, requestId: string, via: "trpc" | "rest") {
  return { type: "user", userId, requestId, via } as const;
}

export const { router } = t;
/** For signed-in people; there is no other kind, so that no procedure can forget to ask. */
export const personProcedure = t.procedure.use(translateErrors).use(requirePerson);
