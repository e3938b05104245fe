import { AIConfigError } from "@ai-config/config-core";
import type { Actor } from "@ai-config/db";

import type { ServiceContext } from "../context.ts";
import type { EffectiveConfiguration } from "./effective-configuration.ts";

export interface EffectiveConfigurationInput {
  readonly actor: Actor;
  readonly userId: string;
  /** Absent: the account's default organization, if it has one. */
  readonly organizationId?: string | null;
}

/**
 * What applies for one account. Cached; it never fails because the database is away. A user may ask for
 * themselves only; an explicit organization must be one of theirs. A token may ask for the members of its own.
 */
export function getEffectiveConfiguration(
  ctx: Pick<ServiceContext, "cache">,
  input: EffectiveConfigurationInput,
): Promise<EffectiveConfiguration> {
  if (!mayRead(input)) return Promise.reject(new AIConfigError("NOT_FOUND"));
  return ctx.cache.get(input);
}

/** The same without waiting: undefined where the answer is not at hand. */
export function peekEffectiveConfiguration(
  ctx: Pick<ServiceContext, "cache">,
  input: EffectiveConfigurationInput,
): EffectiveConfiguration | undefined {
  return mayRead(input) ? ctx.cache.peek(input) : undefined;
}

function mayRead({ actor, userId, organizationId }: EffectiveConfigurationInput): boolean {
  switch (actor.type) {
    case "user":
      return actor.userId === userId;
    case "token":
      // Whose account it is shows when it is read: somebody who does not belong there has none in it.
      return actor.organizationId === organizationId && actor.actions.includes("effective:read");
    case "service":
      return true;
  }
}
