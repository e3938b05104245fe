import { Popover as Base } from "@base-ui/react/popover";
import type { ReactElement, ReactNode } from "react";
import { classNames } from "../lib/class-names.ts";

interface PopoverProps {
  trigger: ReactElement;
  title: ReactNode;
  className?: string;
  children: ReactNode;
}

/** A small panel beside what opened it. */
export function Popover({ trigger, title, className, children }: PopoverProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className="z-40" sideOffset={6} align="end" collisionPadding={12}>
          <Base.Popup
            className={classNames(
              "relative max-h-(--available-height) max-w-(--available-width) animate-appear overflow-y-auto rounded-lg border border-line bg-surface p-3 shadow-pop outline-none",
              className,
            )}
          >
            <Base.Title className="font-medium text-muted text-xs">{title}</Base.Title>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
