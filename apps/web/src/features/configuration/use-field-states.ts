import { FIELDS, type FieldExplanation, type FieldPath, type Policy } from "@ai-config/config-core";
import { useRef } from "react";
import type { EffectiveConfiguration } from "../../data/use-effective-configuration.ts";
import { isSameValue, valueAt } from "../../lib/path-value.ts";
import type { Draft } from "../../settings/draft.ts";
import { type FieldState, fieldStateOf, type OwnLayer } from "./field-state.ts";

/**
 * The state of every field. A field that did not change keeps its very object, so that typing into one row does
 * not draw the others again.
 */
export function useFieldStates(effective: EffectiveConfiguration, own: OwnLayer, draft: Draft): FieldState[] {
  const earlier = useRef(new Map<string, FieldState>());
  const policy = policyInForce(effective);
  const states = FIELDS.map((field) => {
    const explanation = explanationOf(effective, field.path);
    const entry = draft.entries[field.path];
    const next = fieldStateOf(field, explanation, own, entry, draft.seen[field.path], policy);
    const before = earlier.current.get(field.path);
    return before && isSameValue(before, next) ? before : next;
  });
  earlier.current = new Map(states.map((state) => [state.field.path, state]));
  return states;
}

/** The policy that an answer was made under. */
export function policyInForce({ policy, organizationName }: EffectiveConfiguration) {
  return policy ? { rules: policy as Policy, name: organizationName ?? "your organization" } : undefined;
}

function explanationOf(effective: EffectiveConfiguration, path: FieldPath): FieldExplanation {
  const explanation = effective.sources[path];
  // JSON leaves out what is undefined, so the wire type calls every value optional.
  if (explanation) return explanation as FieldExplanation;
  const value = valueAt(effective.configuration, path);
  return { value, source: "defaults", layer: { source: "defaults" }, hidden: [] };
}
