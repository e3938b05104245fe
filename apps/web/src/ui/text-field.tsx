import { type ComponentProps, useId } from "react";
import { classNames } from "../lib/class-names.ts";

/** The look of a one-line text input. */
export const textInputClassNames =
  "h-9 w-full min-w-0 rounded-md border border-control bg-surface px-3 text-ink aria-invalid:border-bad";

interface TextFieldProps extends Omit<ComponentProps<"input">, "onChange" | "value"> {
  label: string;
  value: string;
  onChange(value: string): void;
  hint?: string;
  error?: string;
}

/** A labelled text input with its hint and its error. */
export function TextField({ label, value, onChange, hint, error, className, ...rest }: TextFieldProps) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 block font-medium text-[0.8125rem]">
        {label}
      </label>
      <input
        {...rest}
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        aria-invalid={error ? true : undefined}
        aria-describedby={described || undefined}
        className={classNames(textInputClassNames, rest.readOnly && "border-line bg-sunken")}
      />
      {hint && (
        <p id={`${id}-hint`} className="mt-1 text-muted text-xs">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="mt-1 font-medium text-bad-ink text-xs">
          {error}
        </p>
      )}
    </div>
  );
}
