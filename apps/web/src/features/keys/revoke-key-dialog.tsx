import { useRef, useState } from "react";
import type { Owner } from "../../data/owner.ts";
import { type KeySummary, useRevokeKey } from "../../data/use-keys.ts";
import { problemOf } from "../../lib/api-problem.ts";
import { describeRefusal } from "../../lib/describe-refusal.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { showToast } from "../../ui/toast.tsx";
import { revokeWords } from "./revoke-words.ts";

interface RevokeKeyDialogProps {
  owner: Owner;
  /** The organization's name; undefined where it is the reader's own key. */
  of: string | undefined;
  revoked: KeySummary;
  keys: readonly KeySummary[];
  onClose(): void;
}

/** Asks before a key ends, which cannot be undone. */
export function RevokeKeyDialog({ owner, of, revoked, keys, onClose }: RevokeKeyDialogProps) {
  const cancel = useRef<HTMLButtonElement>(null);
  const revoke = useRevokeKey(owner);
  const [reason, setReason] = useState("");

  const submit = async () => {
    try {
      await revoke.mutateAsync({ owner, slot: revoked.slot, reason: reason.trim() || undefined });
    } catch {
      return;
    }
    showToast({
      title: "Key revoked",
      description: `${revoked.hint} is no longer used here. Delete it in Anthropic's Console too.`,
    });
    onClose();
  };

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Revoke the ${revoked.slot} key?`}
      description="This cannot be undone: what is sealed here is deleted."
      initialFocus={cancel}
      actions={
        <>
          <Button ref={cancel} onClick={onClose}>
            Cancel
          </Button>
          <Button look="danger" isBusy={revoke.isPending} onClick={() => void submit()}>
            Revoke now
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
      <ul className="list-disc space-y-1.5 pl-4 text-[0.8125rem]">
        {revokeWords(revoked, keys, of).map((sentence) => (
          <li key={sentence} className="break-words">
            {sentence}
          </li>
        ))}
        <li>
          Anthropic is not told, and goes on accepting it from whoever has it:{" "}
          <a
            href="https://console.anthropic.com/settings/keys"
            target="_blank"
            rel="noreferrer"
            className="text-accent-ink underline"
          >
            delete it in Anthropic's Console
          </a>{" "}
          too.
        </li>
      </ul>
      <form
        className="mt-4"
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
