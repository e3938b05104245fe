import { type ReactNode, useRef } from "react";
import { problemOf } from "../../lib/api-problem.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { refusalWords } from "./refusal-words.ts";

interface ConfirmDialogProps {
  title: string;
  confirm: string;
  isBusy: boolean;
  error: unknown;
  children: ReactNode;
  onConfirm(): void;
  onClose(): void;
}

/** Asks before something that takes a thing away; a refusal is told in the same place. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, confirm, isBusy, error, children, onConfirm, onClose } = props;
  const cancel = useRef<HTMLButtonElement>(null);
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={title}
      initialFocus={cancel}
      actions={
        <>
          <Button ref={cancel} onClick={onClose}>
            Cancel
          </Button>
          <Button look="danger" isBusy={isBusy} onClick={onConfirm}>
            {confirm}
          </Button>
        </>
      }
    >
      {error != null && (
        <div className="mb-3">
          <Banner tone="bad" role="alert">
            {refusalWords(problemOf(error))}
          </Banner>
        </div>
      )}
      <div className="space-y-2 break-words text-[0.8125rem]">{children}</div>
    </Dialog>
  );
}
