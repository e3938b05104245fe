import { useBlocker } from "@tanstack/react-router";
import { useRef } from "react";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";

/** Asks before unsaved changes are left behind; a change of level stays on the page and keeps each level's draft. */
export function LeaveGuard({ isDirty, onDiscard }: { isDirty: boolean; onDiscard(): void }) {
  const stay = useRef<HTMLButtonElement>(null);
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => isDirty && current.pathname !== next.pathname,
    enableBeforeUnload: isDirty,
    withResolver: true,
  });
  return (
    <Dialog
      isOpen={blocker.status === "blocked"}
      onClose={() => blocker.reset?.()}
      title="Leave with unsaved changes?"
      description="Your changes on this page have not been saved."
      initialFocus={stay}
      actions={
        <>
          <Button
            look="danger"
            onClick={() => {
              onDiscard();
              blocker.proceed?.();
            }}
          >
            Discard and leave
          </Button>
          <Button ref={stay} look="primary" onClick={() => blocker.reset?.()}>
            Stay
          </Button>
        </>
      }
    />
  );
}
