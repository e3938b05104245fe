import { Slider as Base } from "@base-ui/react/slider";
import { classNames } from "../lib/class-names.ts";

export interface SliderProps {
  label: string;
  value: number;
  onChange(value: number): void;
  min: number;
  max: number;
  step: number;
  isDisabled?: boolean;
  className?: string;
}

/** A slider; always shown beside a number field, so that no one has to drag. */
export function Slider({ label, value, onChange, min, max, step, isDisabled, className }: SliderProps) {
  return (
    <Base.Root
      value={Math.min(max, Math.max(min, value))}
      min={min}
      max={max}
      step={step}
      largeStep={step * 10}
      thumbAlignment="edge"
      disabled={isDisabled}
      onValueChange={(next) => onChange(Array.isArray(next) ? (next[0] ?? min) : (next as number))}
      className={className}
    >
      <Base.Control className="flex h-9 w-full touch-none select-none items-center">
        <Base.Track className="h-1.5 w-full rounded-full bg-line-strong">
          <Base.Indicator className={classNames("rounded-full", isDisabled ? "bg-control" : "bg-accent")} />
          <Base.Thumb
            aria-label={label}
            className={classNames(
              "size-5 rounded-full border-2 bg-surface shadow-card",
              isDisabled ? "border-control" : "border-accent",
              "has-[:focus-visible]:outline-2 has-[:focus-visible]:outline-accent has-[:focus-visible]:outline-offset-2",
            )}
          />
        </Base.Track>
      </Base.Control>
    </Base.Root>
  );
}
