import { expect, test } from "vitest";
import * as z from "zod";

import { issuesFromZod } from "./issues-from-zod.ts";

test.each<[name: string, schema: z.ZodType, value: unknown, code: string, message: string]>([
  [
    "a rule with a sentence",
    z.string().refine(() => false, { error: "Must not." }),
    "x",
    "invalid_value",
    "Must not.",
  ],
  [
    "a rule with a code of its own",
    z.string().refine(() => false, { params: { code: "malformed", message: "Must be whole." } }),
    "x",
    "malformed",
    "Must be whole.",
  ],
  ["a pattern", z.string().regex(/a/, { error: "Must hold an a." }), "x", "invalid_value", "Must hold an a."],
  ["an id", z.uuid(), "x", "invalid_value", "Must be an id as the API gives them."],
  [
    "what is missing",
    z
      .unknown()
      .refine(() => true)
      .and(z.string()),
    undefined,
    "invalid_type",
    "Is required.",
  ],
  ["a record", z.record(z.string(), z.unknown()), 5, "invalid_type", "Must be an object, not a number."],
  ["a choice", z.enum(["a", "b"]), "x", "invalid_value", 'Must be one of "a", "b".'],
])("%s", (_name, schema, value, code, message) => {
  const input = { field: value };
  const parsed = z.object({ field: schema }).safeParse(input);
  if (parsed.success) throw new Error("It is refused.");
  expect(issuesFromZod(parsed.error, input)).toEqual([{ path: "field", code, message }]);
});
