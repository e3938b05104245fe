import type { FieldPath } from "../configuration.ts";

/** A value that everybody of the organization has, whatever they set. */
export interface FieldLock {
  readonly lock: unknown;
}

/** How far a number may go. A value beyond is limited; `refuse` keeps it from being stored as well. */
export interface FieldBounds {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly onBreach?: "clamp" | "refuse" | undefined;
}

export type FieldRule = FieldLock | FieldBounds;

/** What an organization imposes on its members, above everything they set. */
export interface Policy {
  readonly fields?: Readonly<Partial<Record<FieldPath, FieldRule>>> | undefined;
  /** Ids of the models that may be used; absent: all. */
  readonly allowedModels?: readonly string[] | undefined;
  /** Limits that all members share. */
  readonly pool?: PolicyPool | undefined;
}

export interface PolicyPool {
  readonly dailyBudget?: number | undefined;
  readonly weeklyBudget?: number | undefined;
  readonly monthlyBudget?: number | undefined;
  readonly requestsPerMinute?: number | undefined;
  readonly concurrentRequests?: number | undefined;
}

/** What a rule did to a field. */
export interface Imposed {
  readonly kind: "lock" | "min" | "max" | "models";
  /** The locked value, the bound, or the allowed models. */
  readonly limit: unknown;
}

export function isLock(rule: FieldRule): rule is FieldLock {
  return "lock" in rule;
}

/** The value that a rule makes of another, and what it did; undefined where it lets the value be. */
export function imposedOn(rule: FieldRule, value: unknown): { value: unknown; imposed: Imposed } | undefined {
  if (isLock(rule)) return { value: rule.lock, imposed: { kind: "lock", limit: rule.lock } };
  if (typeof value !== "number") return undefined;
  const { min, max } = rule;
  if (max !== undefined && value > max) return { value: max, imposed: { kind: "max", limit: max } };
  if (min !== undefined && value < min) return { value: min, imposed: { kind: "min", limit: min } };
  return undefined;
}
