import { useRef } from "react";
import { useDisableTwoFactor } from "../../data/use-two-factor.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { showToast } from "../../ui/toast.tsx";
import { PasswordForm } from "./password-form.tsx";

/** Asks before a sign-in takes the password alone again. */
export function TurnOffDialog({ onClose }: { onClose(): void }) {
  const input = useRef<HTMLInputElement>(null);
  const disable = useDisableTwoFactor();
  const submit = (password: string) =>
    disable.mutate(password, {
      onSuccess: () => {
        showToast({ title: "Two-step sign-in is off", description: "Your password alone lets you in." });
        onClose();
      },
    });
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Turn off two-step sign-in?"
      description="Whoever knows your password can sign in then. Your backup codes end."
      initialFocus={input}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" type="submit" form="disable-two-factor" isBusy={disable.isPending}>
            Turn off
          </Button>
        </>
      }
    >
      <PasswordForm
        id="disable-two-factor"
        inputRef={input}
        error={disable.error?.message}
        isBusy={disable.isPending}
        onPassword={submit}
      />
    </Dialog>
  );
}
