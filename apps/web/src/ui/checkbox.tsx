import { useId } from "react";
import { classNames } from "../lib/class-names.ts";

interface CheckboxProps {
  label: string;
  hint?: string;
  isChecked: boolean;
  onChange(isChecked: boolean): void;
  isDisabled?: boolean;
  describedBy?: string;
}

/** A box to tick. The whole line can be pressed. */
export function Checkbox({ label, hint, isChecked, onChange, isDisabled, describedBy }: CheckboxProps) {
  const id = useId();
  return (
    <label className="flex min-h-6 gap-2.5 py-0.5">
      <input
        type="checkbox"
        checked={isChecked}
        disabled={isDisabled}
        aria-labelledby={`${id}-label`}
        aria-describedby={classNames(hint && `${id}-hint`, describedBy) || undefined}
        onChange={(event) => onChange(event.target.checked)}
        className="my-0.5 size-4 shrink-0 accent-(--accent)"
      />
      <span className="min-w-0 flex-1">
        <span id={`${id}-label`} className="block text-[0.8125rem]">
          {label}
        </span>
        {hint && (
          <span id={`${id}-hint`} className="block break-words text-muted text-xs">
            {hint}
          </span>
        )}
      </span>
    </label>
  );
}
