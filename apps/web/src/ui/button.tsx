import type { ComponentProps } from "react";
import { classNames } from "../lib/class-names.ts";

const looks = {
  primary: "border-transparent bg-accent text-on-accent hover:bg-accent-hover",
  secondary: "border-line-strong bg-surface text-ink shadow-card hover:bg-sunken",
  ghost: "border-transparent text-muted hover:bg-sunken hover:text-ink",
  danger: "border-transparent bg-bad-soft text-bad-ink hover:brightness-95 dark:hover:brightness-110",
} as const;

const sizes = { small: "h-8 px-2.5 text-xs", medium: "h-9 px-3 text-[0.8125rem]" } as const;

export type ButtonLook = keyof typeof looks;

/** The classes of a button, for links that look like one. */
export function buttonClassNames(
  look: ButtonLook = "secondary",
  size: keyof typeof sizes = "medium",
): string {
  return classNames(
    "inline-flex shrink-0 items-center justify-center gap-1.5 whitespace-nowrap rounded-md border font-medium transition-colors",
    "disabled:cursor-not-allowed disabled:opacity-55",
    looks[look],
    sizes[size],
  );
}

export interface ButtonProps extends ComponentProps<"button"> {
  look?: ButtonLook;
  size?: keyof typeof sizes;
  /** Shows that the press is being worked on; the button stays focusable and ignores further presses. */
  isBusy?: boolean;
}

/** A button that never submits a form by accident. */
export function Button({
  look = "secondary",
  size = "medium",
  isBusy = false,
  type = "button",
  className,
  onClick,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      aria-busy={isBusy || undefined}
      onClick={isBusy ? (event) => event.preventDefault() : onClick}
      className={classNames(buttonClassNames(look, size), className)}
    >
      {isBusy && <Spinner />}
      {children}
    </button>
  );
}

function Spinner() {
  return (
    <span
      aria-hidden
      className="size-3.5 animate-spin rounded-full border-2 border-current border-r-transparent motion-reduce:animate-none"
    />
  );
}
