import { useRef } from "react";
import { useRenewBackupCodes } from "../../data/use-two-factor.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { BackupCodes } from "./backup-codes.tsx";
import { PasswordForm } from "./password-form.tsx";

/** Makes new backup codes, and shows them once. */
export function RenewCodesDialog({ onClose }: { onClose(): void }) {
  const input = useRef<HTMLInputElement>(null);
  const renew = useRenewBackupCodes();
  const codes = renew.data;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={codes ? "Keep these backup codes" : "Make new backup codes?"}
      description={
        codes
          ? "Each lets you in once without your app. They are shown this once."
          : "The codes that you have now are worth nothing then."
      }
      initialFocus={input}
      actions={
        codes ? (
          <Button look="primary" onClick={onClose}>
            Done
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button look="primary" type="submit" form="renew-codes" isBusy={renew.isPending}>
              Make new codes
            </Button>
          </>
        )
      }
    >
      {codes ? (
        <BackupCodes codes={codes} />
      ) : (
        <PasswordForm
          id="renew-codes"
          inputRef={input}
          error={renew.error?.message}
          isBusy={renew.isPending}
          onPassword={(password) => renew.mutate(password)}
        />
      )}
    </Dialog>
  );
}
