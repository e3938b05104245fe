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
    <div className="flex gap-2.5">
      <input
        type="checkbox"
        id={id}
        checked={isChecked}
        disabled={isDisabled}
        aria-describedby={classNames(hint && `${id}-hint`, describedBy) || undefined}
        onChange={(event) => onChange(event.target.checked)}
        className="my-1 size-4 shrink-0 accent-(--accent)"
      />
      <label htmlFor={id} className="min-h-6 min-w-0 flex-1 py-0.5">
        <span className="block text-[0.8125rem]">{label}</span>
        {hint && (
          <span id={`${id}-hint`} className="block text-muted text-xs">
            {hint}
          </span>
        )}
      </label>
    </div>
  );
}
