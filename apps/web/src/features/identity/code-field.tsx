import type { Ref } from "react";
import { TextField } from "../../ui/text-field.tsx";

interface CodeFieldProps {
  inputRef?: Ref<HTMLInputElement>;
  /** Whether it is what the page is for. */
  hasFocus?: boolean;
  value: string;
  error: string | undefined;
  onChange(value: string): void;
}

/** Six digits of an authenticator app, which many write with a space in between. */
export function CodeField({ inputRef, hasFocus, value, error, onChange }: CodeFieldProps) {
  return (
    <TextField
      ref={inputRef}
      autoFocus={hasFocus}
      label="Code"
      hint="Six digits, from your authenticator app."
      inputMode="numeric"
      autoComplete="one-time-code"
      value={value}
      onChange={(text) => onChange(text.replaceAll(/\s/g, ""))}
      error={error}
    />
  );
}

/** What is wrong with a code before it is sent. */
export function problemOfCode(code: string): string | undefined {
  return /^\d{6}$/.test(code) ? undefined : "Enter the six digits of your authenticator app.";
}
