import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode, RefObject } from "react";
import { classNames } from "../lib/class-names.ts";
import { IconButton } from "./icon-button.tsx";

interface DialogProps {
  isOpen: boolean;
  onClose(): void;
  title: string;
  description?: ReactNode;
  /** Where focus goes when it opens; else it would be the close button. */
  initialFocus?: RefObject<HTMLElement | null>;
  /** For what is compared side by side. */
  isWide?: boolean;
  children?: ReactNode;
  actions: ReactNode;
}

/** A modal question: title, what it is about, and the answers at the bottom. */
export function Dialog({
  isOpen,
  onClose,
  title,
  description,
  initialFocus,
  isWide = false,
  children,
  actions,
}: DialogProps) {
  return (
    <Base.Root
      open={isOpen}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-50 animate-appear bg-black/45" />
        <Base.Popup
          initialFocus={initialFocus}
          className={classNames(
            "fixed inset-x-4 top-[12dvh] z-50 mx-auto flex max-h-[80dvh] max-w-lg animate-appear flex-col rounded-xl border border-line bg-surface shadow-pop outline-none",
            isWide && "top-[8dvh] max-h-[86dvh] max-w-2xl",
          )}
        >
          <header className="flex items-start gap-3 px-5 pt-4 pb-3">
            <div className="min-w-0 flex-1">
              <Base.Title className="font-semibold text-base tracking-tight">{title}</Base.Title>
              {description && (
                <Base.Description className="mt-1 text-[0.8125rem] text-muted">
                  {description}
                </Base.Description>
              )}
            </div>
            <Base.Close render={<IconButton label="Close" className="-mt-1 -mr-2" />}>
              <X className="size-4" />
            </Base.Close>
          </header>
          {children && <div className="relative min-h-0 flex-1 overflow-y-auto px-5 pb-4">{children}</div>}
          <footer className="flex flex-wrap justify-end gap-2 rounded-b-xl border-line border-t bg-sunken px-5 py-3">
            {actions}
          </footer>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
