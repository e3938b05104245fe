import * as z from "zod/mini";

import { containsSecret, SECRET_MESSAGE } from "./secret.ts";

const message = "Must be 1 to 64 letters, digits, spaces or . _ : - and start with a letter or digit.";

/** The name of a stored configuration: plain, so that two names that look alike are alike. */
export const configName = z.string(message).check(
  z.normalize("NFC"),
  z.regex(/^[A-Za-z0-9][A-Za-z0-9 ._:-]{0,63}$/, message),
  z.refine((name) => !containsSecret(name), SECRET_MESSAGE),
);
