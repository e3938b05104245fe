import type { Owner, ServiceContext } from "@ai-config/config-service";
import type { GovernedClaude } from "@ai-config/runtime";

import { describeFailure } from "./log.ts";
import type { CallingActor } from "./trpc.ts";

export interface ReviewContext {
  readonly service: ServiceContext;
  readonly claude: GovernedClaude;
  readonly actor: CallingActor;
}

/**
 * Makes the alerts that a change of limits has made due, so that whoever changed them finds them at once: of the person's
 * own budgets, or through them of what their organization shares. Other members' own budgets are looked at when they
 * look or call next, and so is everything after a change by a token, which has no budgets. The change is made whatever
 * becomes of this.
 */
export async function reviewBudgets({ service, claude, actor }: ReviewContext, owner: Owner): Promise<void> {
  if (actor.type !== "user") return;
  const organizationId = owner.type === "organization" ? owner.organizationId : null;
  try {
    await claude.forUser(actor.userId, { organizationId }).budgets();
  } catch (error) {
    const details = { requestId: actor.requestId, ...describeFailure(error) };
    service.log(
      "warn",
      "Budgets could not be looked at after a change. The next call makes their alerts.",
      details,
    );
  }
}
