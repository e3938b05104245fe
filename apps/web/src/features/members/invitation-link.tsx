import { Check, Copy } from "lucide-react";
import { useRef, useState } from "react";
import { formatAbsolute } from "../../lib/format-time.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/text-field.tsx";

interface InvitationLinkProps {
  link: { url: string; expiresAt: string };
  /** Empty where whoever has the link may use it. */
  email: string;
  onClose(): void;
}

/** The one sight of a new link. */
export function InvitationLink({ link, email, onClose }: InvitationLinkProps) {
  const field = useRef<HTMLInputElement>(null);
  const copy = useRef<HTMLButtonElement>(null);
  const [outcome, setOutcome] = useState<"copied" | "selected">();
  const copyLink = async () => {
    try {
      await navigator.clipboard.writeText(link.url);
      setOutcome("copied");
    } catch {
      // A browser gives its clipboard only to secure pages.
      field.current?.focus();
      field.current?.select();
      setOutcome("selected");
    }
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Send this link"
      description={`It is shown this once. ${email === "" ? "Whoever has it" : `The account of ${email}`} can join with it, once, until ${formatAbsolute(link.expiresAt)}.`}
      initialFocus={copy}
      actions={
        <Button look={outcome === "copied" ? "primary" : "secondary"} onClick={onClose}>
          Done
        </Button>
      }
    >
      <div className="flex items-end gap-2">
        <TextField
          ref={field}
          label="Invitation link"
          value={link.url}
          onChange={() => undefined}
          readOnly
          className="min-w-0 flex-1"
          onFocus={(event) => event.currentTarget.select()}
        />
        <Button
          ref={copy}
          look={outcome === "copied" ? "secondary" : "primary"}
          onClick={() => void copyLink()}
        >
          {outcome === "copied" ? (
            <Check aria-hidden className="size-3.5" />
          ) : (
            <Copy aria-hidden className="size-3.5" />
          )}
          Copy
        </Button>
      </div>
      <p role="status" className="mt-2 min-h-5 text-[0.8125rem] text-muted">
        {outcome === "copied" && "Copied."}
        {outcome === "selected" && "The link is selected: copy it with your keyboard or menu."}
      </p>
    </Dialog>
  );
}
