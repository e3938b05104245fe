import type { FieldPath } from "./configuration.ts";

/** A field of something that may be a configuration, or undefined. Only own properties count. */
export function readField(configuration: unknown, path: FieldPath): unknown {
  const [section = "", name = ""] = path.split(".");
  return ownValue(ownValue(configuration, section), name);
}

/** An own property of something that may be an object. */
export function ownValue(value: unknown, key: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[key];
}
