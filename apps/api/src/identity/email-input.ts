import * as z from "zod";

import { withoutKey } from "../http/name-input.ts";

/** The address of an account. */
export const emailInput = z
  .email({ error: "Must be an e-mail address, like name@example.com." })
  .max(320)
  .refine(...withoutKey);
