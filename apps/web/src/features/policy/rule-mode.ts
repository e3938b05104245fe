import { BOUNDED_PATHS, type FieldDefinition, type FieldRule, isLock } from "@ai-config/config-core";

/** What a policy may do to a field. */
export type RuleMode = "none" | "lock" | "bounds";

export function modeOf(rule: FieldRule | undefined): RuleMode {
  if (rule === undefined) return "none";
  return isLock(rule) ? "lock" : "bounds";
}

const choices: readonly { value: RuleMode; label: string; hint: string }[] = [
  { value: "none", label: "No rule", hint: "Everybody sets their own value" },
  { value: "lock", label: "Locked", hint: "Everybody has one value" },
  { value: "bounds", label: "Limits", hint: "A minimum, a maximum, or both" },
];

/** What can be chosen for a field: only numbers have limits. */
export function modesFor({ path }: FieldDefinition) {
  return BOUNDED_PATHS.has(path) ? choices : choices.filter(({ value }) => value !== "bounds");
}

/** The rule that a choice begins with. A lock begins with what the organization hands out, as nothing else is safer. */
export function ruleFor(mode: RuleMode, field: FieldDefinition, current: unknown): FieldRule | undefined {
  if (mode === "none") return undefined;
  return mode === "lock" ? { lock: current ?? firstValueOf(field) } : {};
}

/** Some value of a field that nobody has set. */
function firstValueOf({ control, type, options, min }: FieldDefinition): unknown {
  if (control === "zone") return "UTC";
  if (options?.[0]) return options[0].value;
  if (type === "boolean") return false;
  if (type === "numbers" || type === "strings") return [];
  return min ?? 0;
}

/** Bounds with one of them changed; null takes it out. */
export function withBound(rule: FieldRule, name: "min" | "max", value: number | null): FieldRule {
  const { [name]: _, ...rest } = rule as Record<string, unknown>;
  return value === null ? rest : { ...rest, [name]: value };
}

/** Bounds that refuse, or only limit, what lies beyond. */
export function withBreach(rule: FieldRule, breach: "clamp" | "refuse"): FieldRule {
  const { onBreach: _, ...rest } = rule as Record<string, unknown>;
  return breach === "clamp" ? rest : { ...rest, onBreach: breach };
}
