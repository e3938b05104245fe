import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import type { ReactNode } from "react";
import { IconButton } from "./icon-button.tsx";
import { InsideModal } from "./popup-home.ts";

interface DrawerProps {
  isOpen: boolean;
  onClose(): void;
  title: string;
  children: ReactNode;
}

/** A panel from the left edge that holds the navigation on narrow screens. */
export function Drawer({ isOpen, onClose, title, children }: DrawerProps) {
  return (
    <Base.Root
      open={isOpen}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-50 animate-appear bg-black/45" />
        <Base.Popup className="fixed inset-y-0 left-0 z-50 flex w-70 max-w-[85vw] animate-appear flex-col border-line border-r bg-sunken shadow-pop outline-none">
          <Base.Title className="sr-only">{title}</Base.Title>
          <Base.Close
            render={<IconButton label="Close navigation" className="absolute top-3 right-3 z-10" />}
          >
            <X className="size-4" />
          </Base.Close>
          <InsideModal value={true}>{children}</InsideModal>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
