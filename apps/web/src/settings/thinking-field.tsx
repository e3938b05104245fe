import type { FieldDefinition } from "@ai-config/config-core";
import { useState } from "react";
import { NumberField } from "../ui/number-field.tsx";
import { Select } from "../ui/select.tsx";

interface ThinkingFieldProps {
  field: FieldDefinition;
  id: string;
  labelledBy: string;
  /** One of the field's options, a number of tokens, null for a number yet to be typed, undefined for nothing. */
  value: unknown;
  isMuted: boolean;
  isInvalid: boolean;
  isReadOnly: boolean;
  describedBy?: string;
  onChange(value: string | number | null): void;
}

const BUDGET = "budget";

/** One of a few words, or a number of tokens. */
export function ThinkingField({ field, labelledBy, value, onChange, ...rest }: ThinkingFieldProps) {
  const isBudget = typeof value === "number" || value === null;
  const [lastBudget, setLastBudget] = useState(field.min ?? null);
  return (
    <div className="space-y-1.5">
      <Select
        {...rest}
        labelledBy={labelledBy}
        value={isBudget ? BUDGET : typeof value === "string" ? value : null}
        options={[...(field.options ?? []), { value: BUDGET, label: "Token budget" }]}
        onChange={(choice) => {
          if (typeof value === "number") setLastBudget(value);
          if (choice !== BUDGET) onChange(choice);
          else if (!isBudget) onChange(lastBudget);
        }}
      />
      {isBudget && (
        <NumberField
          {...rest}
          id={`${rest.id}-budget`}
          label="token budget"
          inputLabel={`${field.label}: token budget`}
          value={value}
          min={field.min}
          max={field.max}
          step={field.step ?? 1}
          unit={field.unit}
          onChange={onChange}
        />
      )}
    </div>
  );
}
