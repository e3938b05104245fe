import { createOrganization, listOrganizations, type ServiceContext } from "@ai-config/config-service";
import type { Logger } from "pino";

import { organizationNameOf } from "../http/name-input.ts";
import { toAIConfigError } from "../http/problem.ts";

/** Gives an account an organization to be in, where it is in none. What fails here stops nobody from coming in. */
export async function settleIn(
  { ctx, log }: { ctx: ServiceContext; log: Logger },
  userId: string,
  readName: () => Promise<string>,
): Promise<void> {
  try {
    const actor = { type: "user", userId } as const;
    if ((await listOrganizations(ctx, { actor })).length > 0) return;
    await createOrganization(ctx, { actor, name: organizationNameOf(await readName()) });
  } catch (error) {
    const { code } = toAIConfigError(error);
    log.error({ part: "identity", code, userId }, "The account has no organization yet.");
  }
}
