import * as z from "zod/mini";

import { configurationSchema } from "./configuration.ts";
import { annotations } from "./field.ts";

/**
 * The JSON Schema (draft 2020-12) of a whole configuration, with labels, help and defaults. It has an entry of its own,
 * `@ai-config/config-core/json-schema`: making one takes a sixth of the whole library, and no worker needs it.
 */
export function configurationJsonSchema(): object {
  return z.toJSONSchema(configurationSchema, { metadata: annotations });
}
