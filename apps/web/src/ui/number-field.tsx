import { NumberField as Base } from "@base-ui/react/number-field";
import { Minus, Plus } from "lucide-react";
import { classNames } from "../lib/class-names.ts";

export interface NumberFieldProps {
  id: string;
  /** Names the step buttons; the input itself is named by its label element, or by `inputLabel`. */
  label: string;
  inputLabel?: string;
  value: number | null;
  onChange(value: number | null): void;
  min?: number;
  max?: number;
  step?: number;
  prefix?: string;
  unit?: string;
  placeholder?: string;
  isMuted?: boolean;
  isInvalid?: boolean;
  isReadOnly?: boolean;
  /** Without them where there is little room. The arrow keys still step. */
  hasSteppers?: boolean;
  describedBy?: string;
  className?: string;
}

// Fewer digits than the stored value has would be shown, and then saved, as another number.
const format: Intl.NumberFormatOptions = { maximumFractionDigits: 20 };

/** A number with its unit inside. What is typed stays as typed: nothing is clamped behind one's back. */
export function NumberField(props: NumberFieldProps) {
  const { id, label, inputLabel, value, onChange, min, max, step, prefix, unit, isReadOnly = false } = props;
  const hasSteppers = !isReadOnly && props.hasSteppers !== false;
  const stepper = "grid w-8 shrink-0 place-items-center text-muted hover:bg-sunken hover:text-ink";
  return (
    <Base.Root
      id={id}
      value={value}
      min={min}
      max={max}
      step={step}
      smallStep={step}
      largeStep={(step ?? 1) * 10}
      allowOutOfRange
      format={format}
      readOnly={isReadOnly}
      onValueChange={(next, details) => {
        // Leaving a field formats it; that is no edit.
        if (details.reason !== "input-blur") onChange(next);
      }}
      className={classNames("min-w-0", props.className)}
    >
      <Base.Group
        className={classNames(
          "flex h-9 overflow-hidden rounded-md border border-control bg-surface transition-colors",
          "focus-within:outline-2 focus-within:outline-accent focus-within:outline-offset-2",
          props.isInvalid && "border-bad",
          isReadOnly && "border-line bg-sunken",
        )}
      >
        {hasSteppers && (
          <Base.Decrement
            aria-label={`Decrease ${label}`}
            className={classNames(stepper, "border-line border-r")}
          >
            <Minus className="size-3.5" />
          </Base.Decrement>
        )}
        {prefix && (
          <span aria-hidden className="self-center pl-3 text-[0.8125rem] text-muted">
            {prefix}
          </span>
        )}
        <Base.Input
          placeholder={props.placeholder}
          aria-label={inputLabel}
          aria-invalid={props.isInvalid || undefined}
          aria-describedby={props.describedBy}
          className={classNames(
            "w-0 min-w-0 flex-1 bg-transparent px-2.5 text-right tabular-nums outline-none",
            props.isMuted ? "text-muted" : "text-ink",
          )}
        />
        {unit && (
          <span aria-hidden className="self-center pr-2.5 text-muted text-xs">
            {unit}
          </span>
        )}
        {hasSteppers && (
          <Base.Increment
            aria-label={`Increase ${label}`}
            className={classNames(stepper, "border-line border-l")}
          >
            <Plus className="size-3.5" />
          </Base.Increment>
        )}
      </Base.Group>
    </Base.Root>
  );
}
