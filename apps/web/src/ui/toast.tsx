import { Toast as Base } from "@base-ui/react/toast";
import { CircleAlert, CircleCheck, X } from "lucide-react";
import type { ReactNode } from "react";
import { buttonClassNames } from "./button.tsx";
import { IconButton } from "./icon-button.tsx";

const manager = Base.createToastManager();

export interface ToastMessage {
  title: string;
  description?: string;
  kind?: "success" | "error";
  action?: { label: string; run(): void };
}

/** Tells what just happened; announced to screen readers, and held while it is hovered or focused. */
export function showToast({ title, description, kind = "success", action }: ToastMessage) {
  const id = manager.add({
    title,
    description,
    type: kind,
    priority: kind === "error" ? "high" : "low",
    timeout: 8_000,
    actionProps: action && {
      children: action.label,
      onClick: () => {
        manager.close(id);
        action.run();
      },
    },
  });
}

/** Holds the place where toasts appear. */
export function ToastProvider({ children }: { children: ReactNode }) {
  return (
    <Base.Provider toastManager={manager} limit={3}>
      {children}
      <Base.Portal>
        <Base.Viewport className="fixed right-4 bottom-4 left-4 z-60 flex flex-col gap-2 in-data-has-save-bar:bottom-40 sm:left-auto sm:w-96 sm:in-data-has-save-bar:bottom-24">
          <Toasts />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}

function Toasts() {
  const { toasts } = Base.useToastManager();
  return toasts.map((toast) => (
    <Base.Root
      key={toast.id}
      toast={toast}
      className="animate-appear rounded-xl border border-line-strong bg-surface p-3 shadow-pop transition-opacity data-[ending-style]:opacity-0 data-[limited]:hidden"
    >
      <Base.Content className="flex items-center gap-3">
        {toast.type === "error" ? (
          <CircleAlert aria-hidden className="size-5 shrink-0 text-bad" />
        ) : (
          <CircleCheck aria-hidden className="size-5 shrink-0 text-good" />
        )}
        <div className="min-w-0 flex-1">
          <Base.Title className="font-semibold text-[0.8125rem]" />
          <Base.Description className="text-[0.8125rem] text-muted" />
        </div>
        {toast.actionProps && <Base.Action className={buttonClassNames("secondary", "small")} />}
        <Base.Close render={<IconButton label="Dismiss" />}>
          <X className="size-4" />
        </Base.Close>
      </Base.Content>
    </Base.Root>
  ));
}
