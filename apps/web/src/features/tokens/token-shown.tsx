import { useRef, useState } from "react";
import { formatAbsolute } from "../../lib/format-time.ts";
import { Button } from "../../ui/button.tsx";
import { CopyField } from "../../ui/copy-field.tsx";
import { Dialog } from "../../ui/dialog.tsx";

interface TokenShownProps {
  token: { token: string; expiresAt: string };
  onClose(): void;
}

/** The one sight of a new token. */
export function TokenShown({ token, onClose }: TokenShownProps) {
  const copy = useRef<HTMLButtonElement>(null);
  const [isCopied, setIsCopied] = useState(false);
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="Copy this token"
      description={`It is shown this once and works until ${formatAbsolute(token.expiresAt)}. Keep it where your app keeps its secrets.`}
      initialFocus={copy}
      actions={
        <Button look={isCopied ? "primary" : "secondary"} onClick={onClose}>
          Done
        </Button>
      }
    >
      <CopyField
        label="Service token"
        value={token.token}
        noun="token"
        buttonRef={copy}
        onCopied={() => setIsCopied(true)}
      />
      <p className="mt-3 mb-1 text-[0.8125rem]">What applies to one of your members:</p>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways has to be reachable by keyboard
        tabIndex={0}
        className="overflow-x-auto rounded-lg bg-sunken p-3 font-mono text-xs"
      >
        {`curl ${window.location.origin}/api/ai-configuration?userId=… \\\n  -H "Authorization: Bearer $AI_CONFIG_TOKEN"`}
      </pre>
    </Dialog>
  );
}
