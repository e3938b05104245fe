import * as z from "zod/mini";

import { EFFORTS, type ModelEntry, THINKING_TYPES } from "./model-entry.ts";

const supported = z.object({ supported: z.optional(z.boolean()) });

/** What we read of one model of `GET /v1/models`; what is added to it later does not disturb. */
export const remoteModelSchema = z.object({
  id: z.string().check(z.minLength(1), z.maxLength(100)),
  display_name: z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
  max_input_tokens: z.optional(z.nullable(z.int().check(z.minimum(1)))),
  max_tokens: z.optional(z.nullable(z.int().check(z.minimum(1)))),
  created_at: z.optional(z.nullable(z.string())),
  line: z.optional(z.nullable(z.string())),
  lifecycle: z.optional(z.nullable(z.string())),
  deprecated_at: z.optional(z.nullable(z.string())),
  retires_at: z.optional(z.nullable(z.string())),
  capabilities: z.optional(
    z.nullable(
      z.object({
        thinking: z.optional(z.nullable(z.object({ types: z.optional(z.record(z.string(), supported)) }))),
        effort: z.optional(z.nullable(z.record(z.string(), z.unknown()))),
      }),
    ),
  ),
});

export type RemoteModel = z.infer<typeof remoteModelSchema>;

/** The thinking types that it says a model has; undefined where it says nothing. */
export function thinkingTypesOf({ capabilities }: RemoteModel): ModelEntry["thinkingTypes"] | undefined {
  const types = capabilities?.thinking?.types;
  return types && THINKING_TYPES.filter((type) => types[type]?.supported === true);
}

/** The same for efforts. */
export function effortsOf({ capabilities }: RemoteModel): ModelEntry["efforts"] | undefined {
  const levels = capabilities?.effort;
  if (!levels) return undefined;
  return EFFORTS.filter((effort) => supported.safeParse(levels[effort]).data?.supported === true);
}
