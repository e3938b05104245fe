import type { ComponentProps, ReactNode } from "react";
import { classNames } from "../lib/class-names.ts";

interface IconButtonProps extends ComponentProps<"button"> {
  label: string;
  children?: ReactNode;
}

/** A square button whose name is spoken, not shown. */
export function IconButton({ label, className, children, ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      className={classNames(
        "inline-flex size-8 shrink-0 items-center justify-center rounded-md text-muted transition-colors",
        "hover:bg-sunken hover:text-ink data-[popup-open]:bg-sunken data-[popup-open]:text-ink",
        className,
      )}
    >
      {children}
    </button>
  );
}
