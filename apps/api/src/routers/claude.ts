import { AIConfigError } from "@ai-config/config-core";
import { getEffectiveConfiguration, listOrganizations } from "@ai-config/config-service";
import * as z from "zod";

import { personProcedure, router } from "../trpc.ts";

/** Enough to see that it works, and cheap whatever the model. */
const TEST_TOKENS_MAX = 256;
const PROMPT_LENGTH_MAX = 2_000;

export const claudeRouter = router({
  /** One small call under the person's own configuration, with what governed it. It costs what it costs. */
  test: personProcedure
    .input(
      z.strictObject({
        prompt: z.string().trim().min(1).max(PROMPT_LENGTH_MAX),
        organizationId: z.uuid().optional(),
      }),
    )
    .mutation(async ({ ctx: { service, actor, claude }, input: { prompt, organizationId }, signal }) => {
      const { userId } = actor;
      const effective = await getEffectiveConfiguration(service, { actor, userId, organizationId });
      const memberships = await listOrganizations(service, { actor });
      const membership = memberships.find(({ id }) => id === effective.organizationId);
      // Who may only look may not spend either.
      if (membership?.role === "viewer") throw new AIConfigError("FORBIDDEN");
      const maxTokens = Math.min(effective.configuration.model.maxTokens, TEST_TOKENS_MAX);
      const startedAt = performance.now();
      const message = await claude
        .forUser(userId, { organizationId: effective.organizationId })
        .messages.create(
          { messages: [{ role: "user", content: prompt }], max_tokens: maxTokens },
          signal ? { signal } : {},
        );
      const durationMs = Math.round(performance.now() - startedAt);
      const { id, configurationVersion, cost, keySlot, adjustments, attempts, waits, budgets } =
        message.governed;
      return {
        text: message.content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join(""),
        // As plain text: who reads this answer does not need the SDK for its types.
        model: message.model as string,
        stopReason: message.stop_reason as string | null,
        // Why there is no text: an answer may be nothing but thinking.
        contentTypes: message.content.map(({ type }) => type as string),
        durationMs,
        inputTokens: message.usage.input_tokens,
        outputTokens: message.usage.output_tokens,
        governed: {
          id,
          configurationVersion,
          cost,
          keySlot,
          adjustments: adjustments.map(({ path, message: sentence }) => ({ path, message: sentence })),
          attempts: attempts.map(({ model, keySlot: slot, status, failure }) => ({
            model,
            keySlot: slot,
            status,
            failure,
          })),
          waits,
          budgets: budgets.map(({ startsAt, resetsAt, ...budget }) => ({
            ...budget,
            startsAt: startsAt.toISOString(),
            resetsAt: resetsAt.toISOString(),
          })),
        },
      };
    }),
});
