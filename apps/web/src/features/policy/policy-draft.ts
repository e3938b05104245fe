import type { FieldRule, Policy, PolicyPool } from "@ai-config/config-core";
import type { Draft } from "../../settings/draft.ts";

/** The entries of a policy's draft: a rule of a field, the allowed models, or one shared limit. */
export const MODELS_KEY = "allowedModels";

export function ruleKey(path: string): string {
  return `fields.${path}`;
}

export function poolKey(name: keyof PolicyPool): string {
  return `pool.${name}`;
}

/** What a policy says under a key; undefined where it says nothing. */
export function saidAt(policy: Policy, key: string): unknown {
  if (key === MODELS_KEY) return policy.allowedModels;
  const [part, ...rest] = key.split(".");
  const values: object | undefined = part === "pool" ? policy.pool : policy.fields;
  return (values as Record<string, unknown> | undefined)?.[rest.join(".")];
}

/** Everything a policy says something about. */
export function keysOf({ fields = {}, allowedModels, pool = {} }: Policy): string[] {
  return [
    ...(allowedModels ? [MODELS_KEY] : []),
    ...Object.keys(pool).map((name) => poolKey(name as keyof PolicyPool)),
    ...Object.keys(fields).map(ruleKey),
  ];
}

/** The policy with the draft in it, without anything that is empty. */
export function withDraft(saved: Policy, entries: Draft["entries"]): Policy {
  const keys = new Set([...keysOf(saved), ...Object.keys(entries)]);
  const fields: Record<string, unknown> = {};
  const pool: Record<string, unknown> = {};
  let allowedModels: unknown;
  for (const key of keys) {
    const entry = entries[key];
    const value = entry === undefined ? saidAt(saved, key) : entry.mode === "set" ? entry.value : undefined;
    if (value === undefined) continue;
    if (key === MODELS_KEY) allowedModels = value;
    else if (key.startsWith("pool.")) pool[key.slice("pool.".length)] = value;
    else fields[key.slice("fields.".length)] = value;
  }
  return {
    ...(Object.keys(fields).length > 0 && { fields }),
    ...(allowedModels !== undefined && { allowedModels }),
    ...(Object.keys(pool).length > 0 && { pool }),
  } as Policy;
}

/** A stored policy as this page writes one: what a bound does beyond itself is said only where it refuses. */
export function plainPolicy(policy: Policy): Policy {
  const fields = Object.entries(policy.fields ?? {}).map(([path, rule]) => [path, plainRule(rule)]);
  return { ...policy, ...(policy.fields && { fields: Object.fromEntries(fields) }) };
}

function plainRule(rule: FieldRule): FieldRule {
  if (!("onBreach" in rule) || rule.onBreach === "refuse") return rule;
  const { onBreach: _, ...bounds } = rule;
  return bounds;
}

/** The key that a problem belongs to, and the part of its rule: "min", "max" or "lock". */
export function placeOf(issuePath: string): { key: string; part?: string } {
  const [start = "", section, name, part] = issuePath.split(".");
  if (start === "fields") return { key: [start, section, name].join("."), part };
  return { key: start === "pool" ? issuePath : start };
}

/** The id of the control by which a person is led to a key. */
export function controlIdOf(key: string): string {
  return `policy-${key.replaceAll(".", "-")}`;
}
