import type { MessageCreateParamsBase } from "@anthropic-ai/sdk/resources/messages/messages";

/** A request as callers write it: what the configuration decides may be left out. */
export type GovernedParams = Omit<MessageCreateParamsBase, "model" | "max_tokens" | "stream"> &
  Partial<Pick<MessageCreateParamsBase, "model" | "max_tokens">> & {
    /** Anthropic's current API takes none of the three; models that know them get them under the version before. */
    temperature?: number | null;
    top_p?: number | null;
    top_k?: number | null;
  };
