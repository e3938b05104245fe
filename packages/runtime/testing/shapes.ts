import { invalidRequest } from "./api-error.ts";

export type Json = Record<string, unknown>;

export function asObject(value: unknown, path: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw invalidRequest(`${path}: Input should be a valid dictionary`);
  }
  return value as Json;
}

export function asArray(value: unknown, path: string): unknown[] {
  if (!Array.isArray(value)) throw invalidRequest(`${path}: Input should be a valid list`);
  return value;
}

export function asText(value: unknown, path: string): string {
  if (value === undefined) throw invalidRequest(`${path}: Field required`);
  if (typeof value !== "string") throw invalidRequest(`${path}: Input should be a valid string`);
  return value;
}

export function asBoolean(value: unknown, path: string): boolean {
  if (typeof value !== "boolean") throw invalidRequest(`${path}: Input should be a valid boolean`);
  return value;
}

export function asInteger(value: unknown, path: string, min: number): number {
  if (value === undefined) throw invalidRequest(`${path}: Field required`);
  if (!Number.isInteger(value)) throw invalidRequest(`${path}: Input should be a valid integer`);
  if ((value as number) < min) {
    throw invalidRequest(`${path}: Input should be greater than or equal to ${min}`);
  }
  return value as number;
}

export function asFraction(value: unknown, path: string): number {
  if (typeof value !== "number") throw invalidRequest(`${path}: Input should be a valid number`);
  if (value < 0 || value > 1) throw invalidRequest(`${path}: range: 0..1`);
  return value;
}

export function asOneOf<T extends string>(value: unknown, allowed: readonly T[], path: string): T {
  if (value === undefined) throw invalidRequest(`${path}: Field required`);
  if (allowed.includes(value as T)) return value as T;
  throw invalidRequest(`${path}: Input should be ${allowed.map((word) => `'${word}'`).join(", ")}`);
}

export function refuseUnknownKeys(value: Json, allowed: readonly string[], path = ""): void {
  const extra = Object.keys(value).find((key) => !allowed.includes(key));
  if (extra !== undefined) {
    throw invalidRequest(`${path ? `${path}.` : ""}${extra}: Extra inputs are not permitted`);
  }
}
