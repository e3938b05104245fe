import { AIConfigError } from "../errors.ts";

/** Checks that something is a count: throws INPUT_INVALID naming `path` otherwise. */
export function tokenCount(path: string, count: unknown): number {
  if (Number.isSafeInteger(count) && (count as number) >= 0) return count as number;
  const message = "Must be a whole number, 0 or more.";
  throw new AIConfigError("INPUT_INVALID", { issues: [{ path, code: "out_of_range", message }] });
}
