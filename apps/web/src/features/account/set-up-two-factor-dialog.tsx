import { useRef, useState } from "react";
import type { NewTwoFactor } from "../../data/identity.ts";
import { useConfirmTwoFactor, useEnableTwoFactor } from "../../data/use-two-factor.ts";
import { Button } from "../../ui/button.tsx";
import { CopyField } from "../../ui/copy-field.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { CodeField, problemOfCode } from "../identity/code-field.tsx";
import { BackupCodes } from "./backup-codes.tsx";
import { PasswordForm } from "./password-form.tsx";
import { QrCode } from "./qr-code.tsx";

/** Connects an authenticator app: the password, the code to scan, a code of the app, the backup codes. */
export function SetUpTwoFactorDialog({ onClose }: { onClose(): void }) {
  const [made, setMade] = useState<NewTwoFactor>();
  const [isConfirmed, setIsConfirmed] = useState(false);
  if (made === undefined) return <PasswordStep onMade={setMade} onClose={onClose} />;
  if (isConfirmed) return <CodesStep codes={made.backupCodes} onClose={onClose} />;
  return <ScanStep uri={made.uri} onConfirmed={() => setIsConfirmed(true)} onClose={onClose} />;
}

function PasswordStep({ onMade, onClose }: { onMade(made: NewTwoFactor): void; onClose(): void }) {
  const input = useRef<HTMLInputElement>(null);
  const enable = useEnableTwoFactor();
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Set up two-step sign-in"
      description="You need an authenticator app, such as the password manager of your phone."
      initialFocus={input}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="enable-two-factor" isBusy={enable.isPending}>
            Continue
          </Button>
        </>
      }
    >
      <PasswordForm
        id="enable-two-factor"
        inputRef={input}
        error={enable.error?.message}
        isBusy={enable.isPending}
        onPassword={(password) => enable.mutate(password, { onSuccess: onMade })}
      />
    </Dialog>
  );
}

interface ScanStepProps {
  uri: string;
  onConfirmed(): void;
  onClose(): void;
}

function ScanStep({ uri, onConfirmed, onClose }: ScanStepProps) {
  const input = useRef<HTMLInputElement>(null);
  const confirm = useConfirmTwoFactor();
  const [code, setCode] = useState("");
  const [problem, setProblem] = useState<string>();
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Scan this with your app"
      description="Then enter the code that it shows. Until then nothing changes."
      initialFocus={input}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" form="confirm-two-factor" isBusy={confirm.isPending}>
            Turn on
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        <QrCode text={uri} label="Code to scan with an authenticator app" />
        <CopyField label="Or enter this key by hand" value={secretOf(uri)} noun="key" />
        <form
          id="confirm-two-factor"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            const found = problemOfCode(code);
            setProblem(found);
            if (found === undefined && !confirm.isPending) confirm.mutate(code, { onSuccess: onConfirmed });
            else input.current?.focus();
          }}
        >
          <CodeField
            inputRef={input}
            value={code}
            onChange={setCode}
            error={problem ?? confirm.error?.message}
          />
        </form>
      </div>
    </Dialog>
  );
}

function CodesStep({ codes, onClose }: { codes: readonly string[]; onClose(): void }) {
  const done = useRef<HTMLButtonElement>(null);
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Keep these backup codes"
      description="Two-step sign-in is on. Each code lets you in once without your app. They are shown this once."
      initialFocus={done}
      actions={
        <Button ref={done} look="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <BackupCodes codes={codes} />
    </Dialog>
  );
}

function secretOf(uri: string): string {
  return new URL(uri).searchParams.get("secret") ?? "";
}
