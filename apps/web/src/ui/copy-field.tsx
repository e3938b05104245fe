import { Check, Copy } from "lucide-react";
import { type Ref, useRef, useState } from "react";
import { Button } from "./button.tsx";
import { TextField } from "./text-field.tsx";

interface CopyFieldProps {
  label: string;
  value: string;
  /** What is selected for people to copy by themselves, where the browser does not let a page do it. */
  noun: string;
  buttonRef?: Ref<HTMLButtonElement>;
  onCopied?(): void;
}

/** A text to take along: with a button where the browser lets a page copy, selected where it does not. */
export function CopyField({ label, value, noun, buttonRef, onCopied }: CopyFieldProps) {
  const field = useRef<HTMLInputElement>(null);
  const [outcome, setOutcome] = useState<"copied" | "selected">();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setOutcome("copied");
      onCopied?.();
    } catch {
      // A browser gives its clipboard only to secure pages.
      field.current?.focus();
      field.current?.select();
      setOutcome("selected");
    }
  };
  return (
    <>
      <div className="flex items-end gap-2">
        <TextField
          ref={field}
          label={label}
          value={value}
          onChange={() => undefined}
          readOnly
          className="min-w-0 flex-1"
          onFocus={(event) => event.currentTarget.select()}
        />
        <Button
          ref={buttonRef}
          look={outcome === "copied" ? "secondary" : "primary"}
          onClick={() => void copy()}
        >
          {outcome === "copied" ? (
            <Check aria-hidden className="size-3.5" />
          ) : (
            <Copy aria-hidden className="size-3.5" />
          )}
          Copy
        </Button>
      </div>
      <p role="status" className="mt-2 min-h-5 text-[0.8125rem] text-muted">
        {outcome === "copied" && "Copied."}
        {outcome === "selected" && `The ${noun} is selected: copy it with your keyboard or menu.`}
      </p>
    </>
  );
}
