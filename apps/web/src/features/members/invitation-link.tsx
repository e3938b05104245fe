import { useRef, useState } from "react";
import { formatAbsolute } from "../../lib/format-time.ts";
import { Button } from "../../ui/button.tsx";
import { CopyField } from "../../ui/copy-field.tsx";
import { Dialog } from "../../ui/dialog.tsx";

interface InvitationLinkProps {
  link: { url: string; expiresAt: string };
  /** Empty where whoever has the link may use it. */
  email: string;
  onClose(): void;
}

/** The one sight of a new link. */
export function InvitationLink({ link, email, onClose }: InvitationLinkProps) {
  const copy = useRef<HTMLButtonElement>(null);
  const [isCopied, setIsCopied] = useState(false);
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Send this link"
      description={`It is shown this once. ${email === "" ? "Whoever has it" : `The account of ${email}`} can join with it, once, until ${formatAbsolute(link.expiresAt)}.`}
      initialFocus={copy}
      actions={
        <Button look={isCopied ? "primary" : "secondary"} onClick={onClose}>
          Done
        </Button>
      }
    >
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
