import * as z from "zod/mini";

import { configurationSchema } from "./configuration.ts";
import { annotations } from "./field.ts";

/** The JSON Schema (draft 2020-12) of a whole configuration, with labels, help and defaults. */
export function configurationJsonSchema(): object {
  return z.toJSONSchema(configurationSchema, { metadata: annotations });
}
