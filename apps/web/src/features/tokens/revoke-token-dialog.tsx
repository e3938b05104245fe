import { useRef, useState } from "react";
import { type TokenSummary, useRevokeToken } from "../../data/use-tokens.ts";
import { problemOf } from "../../lib/api-problem.ts";
import { describeRefusal } from "../../lib/describe-refusal.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { showToast } from "../../ui/toast.tsx";

interface RevokeTokenDialogProps {
  organizationId: string;
  token: TokenSummary;
  onClose(): void;
}

/** Asks before a token ends, which cannot be undone. */
export function RevokeTokenDialog({ organizationId, token, onClose }: RevokeTokenDialogProps) {
  const cancel = useRef<HTMLButtonElement>(null);
  const revoke = useRevokeToken();
  const [reason, setReason] = useState("");
  const submit = async () => {
    try {
      await revoke.mutateAsync({ organizationId, tokenId: token.id, reason: reason.trim() || undefined });
    } catch {
      return;
    }
    showToast({ title: "Token revoked", description: `${token.name} cannot call this API any more.` });
    onClose();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`${token.isExpired ? "Remove" : "Revoke"} “${token.name}”?`}
      description={
        token.isExpired
          ? "It has ended already. The audit log keeps what was done with it."
          : "Whatever calls with it is refused from the next request on. This cannot be undone."
      }
      initialFocus={cancel}
      actions={
        <>
          <Button ref={cancel} onClick={onClose}>
            Cancel
          </Button>
          <Button look="danger" isBusy={revoke.isPending} onClick={() => void submit()}>
            {token.isExpired ? "Remove" : "Revoke"}
          </Button>
        </>
      }
    >
      {revoke.error && (
        <div className="mb-4">
          <Banner tone="bad" role="alert">
            {describeRefusal(problemOf(revoke.error))}
          </Banner>
        </div>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!revoke.isPending) void submit();
        }}
      >
        <TextField
          label="Reason (optional)"
          hint="Kept in the audit log."
          value={reason}
          onChange={setReason}
          maxLength={500}
          autoComplete="off"
        />
      </form>
    </Dialog>
  );
}
