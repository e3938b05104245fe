import type { FieldDefinition, FieldRule, Issue } from "@ai-config/config-core";
import { numberBounds } from "../../settings/field-control.tsx";
import { NumberField } from "../../ui/number-field.tsx";
import { Select } from "../../ui/select.tsx";
import { placeOf } from "./policy-draft.ts";
import { withBound, withBreach } from "./rule-mode.ts";

interface BoundsEditorProps {
  id: string;
  field: FieldDefinition;
  rule: FieldRule;
  issues: readonly Issue[];
  onChange(rule: FieldRule): void;
}

const bounds = [
  { name: "min", word: "Minimum", none: "No minimum" },
  { name: "max", word: "Maximum", none: "No maximum" },
] as const;

const breaches = [
  { value: "clamp", label: "Limit it", hint: "It may be saved, and is limited where it is used" },
  { value: "refuse", label: "Refuse to save it", hint: "What is saved already is limited" },
] as const;

/** How far a number may go, and what becomes of one that goes farther. */
export function BoundsEditor({ id, field, rule, issues, onChange }: BoundsEditorProps) {
  const values = rule as { min?: number; max?: number; onBreach?: string };
  const isWhole = issues.some(({ path }) => placeOf(path).part === undefined);
  return (
    <>
      <div className="grid grid-cols-2 gap-2">
        {bounds.map(({ name, word, none }) => (
          <div key={name} className="min-w-0">
            <label htmlFor={`${id}-${name}`} className="mb-1 block text-muted text-xs">
              <span className="sr-only">{field.label}: </span>
              {word}
            </label>
            <NumberField
              {...numberBounds(field)}
              id={`${id}-${name}`}
              label={`${word.toLowerCase()} ${field.label}`}
              hasSteppers={false}
              value={values[name] ?? null}
              placeholder={none}
              isInvalid={isWhole || issues.some(({ path }) => placeOf(path).part === name)}
              describedBy={`${id}-issues`}
              onChange={(value) => onChange(withBound(rule, name, value))}
            />
          </div>
        ))}
      </div>
      <div>
        <label id={`${id}-breach-label`} htmlFor={`${id}-breach`} className="mb-1 block text-muted text-xs">
          <span className="sr-only">{field.label}: </span>A value beyond
        </label>
        <Select
          id={`${id}-breach`}
          labelledBy={`${id}-breach-label`}
          value={values.onBreach ?? "clamp"}
          options={breaches}
          onChange={(breach) => onChange(withBreach(rule, breach === "refuse" ? "refuse" : "clamp"))}
        />
      </div>
    </>
  );
}
