import { CircleCheck, TriangleAlert } from "lucide-react";
import { useId, useRef, useState } from "react";
import type { Owner } from "../../data/owner.ts";
import { useRotateKey } from "../../data/use-keys.ts";
import { problemOf } from "../../lib/api-problem.ts";
import { describeRefusal } from "../../lib/describe-refusal.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Select } from "../../ui/select.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { defaultOverlap, overlaps } from "./overlaps.ts";

interface RotateKeyDialogProps {
  owner: Owner;
  /** The organization's name; undefined where it is the reader's own key. */
  of?: string;
  hasKey: boolean;
  onClose(): void;
}

/** Takes a new key once. It is never shown, stored or prefilled here; closing forgets it. */
export function RotateKeyDialog({ owner, of, hasKey, onClose }: RotateKeyDialogProps) {
  const input = useRef<HTMLInputElement>(null);
  const done = useRef<HTMLButtonElement>(null);
  const { rotate, isRotating } = useRotateKey(owner);
  const overlapId = useId();
  const [newKey, setNewKey] = useState("");
  const [overlap, setOverlap] = useState(defaultOverlap);
  const [error, setError] = useState<string>();
  const [result, setResult] = useState<{ hint: string; verified: boolean }>();

  const submit = async () => {
    const trimmed = newKey.trim();
    if (!trimmed.startsWith("sk-ant-")) {
      setError("An Anthropic key starts with sk-ant-.");
      input.current?.focus();
      return;
    }
    setError(undefined);
    try {
      setResult(await rotate(trimmed, hasKey ? Number(overlap) : undefined));
      setNewKey("");
    } catch (failure) {
      setError(describeRefusal(problemOf(failure)));
      input.current?.focus();
    }
  };

  if (result) {
    return (
      <Dialog
        isOpen
        onClose={onClose}
        title="Key stored"
        initialFocus={done}
        actions={
          <Button ref={done} look="primary" onClick={onClose}>
            Done
          </Button>
        }
      >
        <p role="status" className="flex gap-2.5">
          {result.verified ? (
            <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-good" />
          ) : (
            <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn-ink" />
          )}
          <span>
            <code className="font-mono">{result.hint}</code> is now in use.{" "}
            {result.verified
              ? "Verified: Anthropic accepts it."
              : "Unverified: Anthropic could not be reached to try it."}
          </span>
        </p>
      </Dialog>
    );
  }
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={hasKey ? "Rotate key" : "Add key"}
      description={`${of ? `The primary Anthropic key of ${of}` : "Your primary Anthropic key"}. It is tried, sealed and stored; nobody can read it back.`}
      initialFocus={input}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" isBusy={isRotating} onClick={() => void submit()}>
            {hasKey ? "Rotate key" : "Add key"}
          </Button>
        </>
      }
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!isRotating) void submit();
        }}
      >
        <TextField
          ref={input}
          label="New key"
          type="password"
          autoComplete="off"
          spellCheck={false}
          data-1p-ignore
          data-lpignore="true"
          placeholder="sk-ant-…"
          value={newKey}
          onChange={setNewKey}
          error={error}
        />
        {hasKey && (
          <div className="mt-4">
            <span id={`${overlapId}-label`} className="mb-1.5 block font-medium text-[0.8125rem]">
              The former key stays usable
            </span>
            <Select
              id={overlapId}
              labelledBy={`${overlapId}-label`}
              describedBy={`${overlapId}-hint`}
              value={overlap}
              options={overlaps}
              onChange={setOverlap}
            />
            <p id={`${overlapId}-hint`} className="mt-1 text-muted text-xs">
              As the secondary key, for what has opened it already. After that it is not used any more.
            </p>
          </div>
        )}
      </form>
    </Dialog>
  );
}
