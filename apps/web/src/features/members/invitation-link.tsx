import { useRef, useState } from "react";
import { formatAbsolute } from "../../lib/format-time.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { CopyField } from "../../ui/copy-field.tsx";
import { Dialog } from "../../ui/dialog.tsx";

interface InvitationLinkProps {
  link: { url: string; expiresAt: string; isMailed: boolean };
  /** Empty where whoever has the link may use it. */
  email: string;
  /** Whether a mail was meant to bring it, and could not. */
  isUnsent: boolean;
  onClose(): void;
}

/** The one sight of a new link. */
export function InvitationLink({ link, email, isUnsent, onClose }: InvitationLinkProps) {
  const copy = useRef<HTMLButtonElement>(null);
  const [isCopied, setIsCopied] = useState(false);
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={link.isMailed ? "Invitation sent" : "Send this link"}
      description={`${link.isMailed ? "The link was mailed. " : ""}It is shown this once. ${email === "" ? "Whoever has it" : `The account of ${email}`} can join with it, once, until ${formatAbsolute(link.expiresAt)}.`}
      initialFocus={copy}
      actions={
        <Button look={isCopied ? "primary" : "secondary"} onClick={onClose}>
          Done
        </Button>
      }
    >
      {isUnsent && (
        <div className="mb-4">
          <Banner tone="warn" role="alert">
            The mail could not be sent. Send the link yourself.
          </Banner>
        </div>
      )}
      <CopyField
        label="Invitation link"
        value={link.url}
        noun="link"
        buttonRef={copy}
        onCopied={() => setIsCopied(true)}
      />
    </Dialog>
  );
}
