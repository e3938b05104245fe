import { Plus, X } from "lucide-react";
import { Button } from "../ui/button.tsx";
import { IconButton } from "../ui/icon-button.tsx";
import { NumberField } from "../ui/number-field.tsx";
import { fractionOf, nextThreshold, percentOf } from "./percentages.ts";

interface PercentagesFieldProps {
  id: string;
  label: string;
  labelledBy: string;
  values: readonly (number | null)[];
  maxItems: number;
  isMuted: boolean;
  isInvalid: boolean;
  isReadOnly: boolean;
  describedBy?: string;
  onChange(values: (number | null)[]): void;
}

/** A short list of shares, each written in percent. */
export function PercentagesField({
  id,
  label,
  labelledBy,
  values,
  maxItems,
  onChange,
  ...rest
}: PercentagesFieldProps) {
  return (
    <fieldset aria-labelledby={labelledBy} className="min-w-0 space-y-1.5">
      {values.map((value, index) => (
        <div key={index} className="flex items-center gap-1">
          <NumberField
            {...rest}
            id={index === 0 ? id : `${id}-${index}`}
            label={`${label} ${index + 1}`}
            inputLabel={`${label} ${index + 1}`}
            value={value === null ? null : percentOf(value)}
            min={0}
            max={100}
            step={5}
            unit="%"
            className="flex-1"
            onChange={(percent) =>
              onChange(values.with(index, percent === null ? null : fractionOf(percent)))
            }
          />
          {!rest.isReadOnly && (
            <IconButton
              label={`Remove ${label} ${index + 1}`}
              onClick={() => onChange(values.toSpliced(index, 1))}
            >
              <X className="size-4" />
            </IconButton>
          )}
        </div>
      ))}
      {values.length === 0 && <p className="flex min-h-9 items-center text-muted">No alerts.</p>}
      {!rest.isReadOnly && values.length < maxItems && (
        <Button look="ghost" size="small" onClick={() => onChange([...values, nextThreshold(values)])}>
          <Plus aria-hidden className="size-3.5" />
          Add threshold
        </Button>
      )}
    </fieldset>
  );
}
