import type * as z from "zod/mini";

import { fieldAt } from "./configuration.ts";
import { joinPath } from "./inspect-json.ts";
import type { Issue, IssueCode } from "./issue.ts";
import { SECRET_MESSAGE } from "./secret.ts";

type ZodIssue = z.core.$ZodIssue;
type Problem = Omit<Issue, "path">;

/** Zod's problems in the product's words. A problem of one item of a list is told at the list's own path. */
export function issuesFromZod(zodIssues: readonly ZodIssue[], input: unknown, base = ""): Issue[] {
  return zodIssues
    .filter((issue) => !isSafeIntegerBound(issue))
    .flatMap((issue) => {
      const keys = issue.path.filter((key) => typeof key === "string");
      const path = keys.reduce(joinPath, base);
      if (issue.code === "unrecognized_keys")
        return issue.keys.map((key) => unknownField(joinPath(path, key)));

      const item = issue.path.find((key) => typeof key === "number");
      const { code, message } = problemOf(issue, valueAt(input, issue.path), path);
      return [
        { path, code, message: item === undefined ? message : `Value ${item + 1}: ${lowerFirst(message)}` },
      ];
    });
}

/** Why a name that the schema does not list is refused. */
export function unknownField(path: string): Issue {
  const field = fieldAt(path);
  if (field?.control === "secret") return { path, code: "secret_not_allowed", message: SECRET_MESSAGE };
  if (field !== undefined || path === "capabilities") {
    return { path, code: "read_only", message: "Cannot be set. The product works it out by itself." };
  }
  return { path, code: "unknown_field", message: "There is no such field. Check the spelling." };
}

function problemOf(issue: ZodIssue, received: unknown, path: string): Problem {
  switch (issue.code) {
    case "invalid_type":
      return wrongType(issue.expected, received);
    case "too_small":
      if (issue.origin === "string" && Number(issue.minimum) === 1) {
        return { code: "out_of_range", message: "Must not be empty." };
      }
      return {
        code: "out_of_range",
        message: `Must be ${amount(issue.minimum)}${unitOf(issue.origin)} or more.`,
      };
    case "too_big":
      return {
        code: "out_of_range",
        message: `Must be ${amount(issue.maximum)}${unitOf(issue.origin)} or less.`,
      };
    case "invalid_value":
      if (typeof received !== "string") return wrongType("string", received);
      return {
        code: "invalid_value",
        message: `Must be one of ${issue.values.map((value) => `"${String(value)}"`).join(", ")}.`,
      };
    case "invalid_key":
      return issue.issues[0] ? problemOf(issue.issues[0], undefined, path) : NOT_VALID;
    case "invalid_union":
      return { code: "invalid_value", message: `Must be ${alternativesOf(path)}.` };
    case "custom":
      return { code: issue.params?.code as IssueCode, message: String(issue.params?.message) };
    default:
      return NOT_VALID;
  }
}

const NOT_VALID: Problem = { code: "invalid_value", message: "Is not valid." };

/** What a field takes that is one of some words or a number. */
function alternativesOf(path: string): string {
  const { options = [], min = 0, max = 0, unit = "" } = fieldAt(path) ?? {};
  const words = options.map(({ value }) => `"${value}"`).join(", ");
  return `${words} or a whole number of ${unit} from ${amount(min)} to ${amount(max)}`;
}

/** Every whole-number field has a tighter bound of its own, which is the one to tell. */
function isSafeIntegerBound(issue: ZodIssue): boolean {
  if (issue.code === "too_big") return issue.maximum === Number.MAX_SAFE_INTEGER;
  return issue.code === "too_small" && issue.minimum === Number.MIN_SAFE_INTEGER;
}

function wrongType(expected: string, received: unknown): Problem {
  if (received === undefined) return { code: "invalid_type", message: "Is required." };
  if (typeof received === "number" && !Number.isFinite(received)) {
    return { code: "not_a_number", message: "Must be a finite number." };
  }
  if (expected === "int" && typeof received === "number") {
    return { code: "not_an_integer", message: "Must be a whole number." };
  }
  return {
    code: "invalid_type",
    message: `Must be ${NAMES[expected] ?? expected}, not ${nameOf(received)}.`,
  };
}

const NAMES: Readonly<Record<string, string>> = {
  number: "a number",
  int: "a whole number",
  string: "text",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
};

function nameOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  return NAMES[typeof value] ?? typeof value;
}

function unitOf(origin: string): string {
  if (origin === "array") return " values";
  return origin === "string" ? " characters" : "";
}

function amount(bound: number | bigint): string {
  return bound.toLocaleString("en-US");
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
    root,
  );
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
