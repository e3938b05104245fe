import { useRef } from "react";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";

interface ConflictDialogProps {
  isOpen: boolean;
  changeCount: number;
  onKeepMine(): void;
  onTakeTheirs(): void;
  onClose(): void;
}

/** Someone else saved first: nothing is lost on either side until the person decides. */
export function ConflictDialog({
  isOpen,
  changeCount,
  onKeepMine,
  onTakeTheirs,
  onClose,
}: ConflictDialogProps) {
  const keep = useRef<HTMLButtonElement>(null);
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      title="Changed while you were editing"
      description="These settings were saved by someone else, or in another tab, after you began. Nothing of yours has been saved yet."
      initialFocus={keep}
      actions={
        <>
          <Button onClick={onTakeTheirs}>Discard mine, load theirs</Button>
          <Button ref={keep} look="primary" onClick={onKeepMine}>
            Load theirs, keep my draft
          </Button>
        </>
      }
    >
      <p className="text-[0.8125rem]">
        Keeping your draft loads the other changes into every field you did not touch, and marks the fields
        that both of you changed.{" "}
        {changeCount === 1 ? "Your one edit stays" : `Your ${changeCount} edits stay`} on the page for you to
        look at once more and save.
      </p>
    </Dialog>
  );
}
