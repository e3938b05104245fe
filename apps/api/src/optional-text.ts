import * as z from "zod";

/** A variable's text; one that is empty counts as not set, as people comment values out. */
export const optionalText = z
  .string()
  .optional()
  .transform((text) => (text === undefined || text.trim() === "" ? undefined : text.trim()));
