import {
  type AIConfiguration,
  applyPatch,
  type FieldPath,
  findBreaches,
  findInconsistencies,
  findWarnings,
  type Issue,
  validatePatch,
  type Warning,
  type WarningOptions,
} from "@ai-config/config-core";
import type { Model } from "../../data/use-models.ts";
import { nest } from "../../lib/path-value.ts";
import { type Draft, patchOf } from "../../settings/draft.ts";
import type { FieldState, PolicyInForce } from "./field-state.ts";

/** What a draft is judged against. */
export interface Judgement {
  /** What is effective before the draft. */
  saved: AIConfiguration;
  models: Record<string, Model>;
  /** What the row stores before the draft. */
  stored?: unknown;
  /** What the organization refuses to be stored. */
  policy?: PolicyInForce | undefined;
}

/**
 * Judges the draft as the server will: the patch alone, what the policy refuses, and the effective result it would
 * give. A problem of the result counts if it is new or at a field that the draft changes, so that an old one never
 * locks an unrelated change.
 */
export function checkDraft(
  draft: Draft,
  states: readonly FieldState[],
  { saved, models, stored = {}, policy }: Judgement,
): Issue[] {
  const blanks = states.filter(isBlank).map(blankIssue);
  const blankPaths = blanks.map((issue) => issue.path);
  const filled = Object.fromEntries(
    Object.entries(draft.entries).filter(([path]) => !blankPaths.includes(path)),
  );
  if (Object.keys(draft.entries).length === 0) return [];

  const patch = patchOf(filled);
  const checked = validatePatch(patch, { models });
  const breaches = policy ? breachesOf(policy, stored, patch) : [];
  const known = new Set(findInconsistencies(saved, { models }).map(identityOf));
  const introduced = findInconsistencies(candidateOf(saved, states), { models }).filter(
    (issue) => !known.has(identityOf(issue)) || issue.path in draft.entries,
  );
  return firstPerPath([...blanks, ...(checked.success ? [] : checked.errors), ...breaches, ...introduced]);
}

function breachesOf({ rules, name }: PolicyInForce, before: unknown, patch: object): Issue[] {
  return findBreaches(rules, applyPatch(before, patch), { name, before });
}

/** What of the effective result of the draft would have no effect, by field. It blocks nothing. */
export function draftWarnings(
  states: readonly FieldState[],
  saved: AIConfiguration,
  against: Pick<WarningOptions, "models" | "date" | "policy">,
): Warning[] {
  const fields = Object.fromEntries(
    states.map(({ field, winner }) => [field.path, { ...winner, hidden: [] }]),
  ) as unknown as Record<FieldPath, FieldState["winner"] & { hidden: [] }>;
  return findWarnings(candidateOf(saved, states), { ...against, fields });
}

/** The effective configuration as it would be after saving; a blank field counts as inherited. */
function candidateOf(saved: AIConfiguration, states: readonly FieldState[]): AIConfiguration {
  const decided = nest(
    states.map((state) => [state.field.path, isBlank(state) ? state.inherited.value : state.winner.value]),
  );
  const { capabilities: _, ...rest } = saved;
  return mergeSections(rest, decided) as AIConfiguration;
}

function mergeSections(
  base: Record<string, unknown>,
  change: Record<string, unknown>,
): Record<string, unknown> {
  const merged = { ...base };
  for (const [section, fields] of Object.entries(change)) {
    merged[section] = { ...(base[section] as object | undefined), ...(fields as object) };
  }
  return merged;
}

function isBlank(state: FieldState): boolean {
  if (!state.isEdited || !state.isSetHere) return false;
  return state.value === null || (Array.isArray(state.value) && state.value.includes(null));
}

function blankIssue({ field }: FieldState): Issue {
  return { path: field.path, code: "not_a_number", message: "Enter a number, or reset the field." };
}

function identityOf({ path, code, message }: Issue): string {
  return `${path} ${code} ${message}`;
}

function firstPerPath(issues: readonly Issue[]): Issue[] {
  return issues.filter((issue, index) => issues.findIndex((other) => other.path === issue.path) === index);
}
