import { useRef, useState } from "react";
import type { Membership } from "../../data/use-me.ts";
import { useDeleteOrganization } from "../../data/use-organization-settings.ts";
import { problemOf } from "../../lib/api-problem.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { showToast } from "../../ui/toast.tsx";
import { refusalWords } from "./refusal-words.ts";

interface DeleteOrganizationDialogProps {
  organization: Membership;
  onClose(): void;
}

/** The end of an organization, for those who type its name. */
export function DeleteOrganizationDialog({ organization, onClose }: DeleteOrganizationDialogProps) {
  const input = useRef<HTMLInputElement>(null);
  const remove = useDeleteOrganization();
  const [typed, setTyped] = useState("");
  const [error, setError] = useState<string>();
  const { name, memberCount } = organization;

  const submit = async () => {
    if (typed.trim() !== name) {
      setError(`Type ${name} exactly as it is written here.`);
      input.current?.focus();
      return;
    }
    setError(undefined);
    try {
      await remove.mutateAsync({ organizationId: organization.id });
    } catch {
      return;
    }
    showToast({ title: `${name} was deleted` });
    onClose();
  };

  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Delete ${name}?`}
      description={`For ${memberCount === 1 ? "you, its only member" : `all ${memberCount} members`}. This cannot be undone.`}
      initialFocus={input}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="danger" isBusy={remove.isPending} onClick={() => void submit()}>
            Delete organization
          </Button>
        </>
      }
    >
      {remove.error && (
        <div className="mb-4">
          <Banner tone="bad" role="alert">
            {refusalWords(problemOf(remove.error))}
          </Banner>
        </div>
      )}
      <p className="break-words text-[0.8125rem]">
        Its settings, keys, policy, memberships and invitations are deleted; its keys stay valid with
        Anthropic until they are deleted there. Its audit log is kept, but can no longer be opened here.
      </p>
      <form
        className="mt-4"
        onSubmit={(event) => {
          event.preventDefault();
          if (!remove.isPending) void submit();
        }}
      >
        <TextField
          ref={input}
          label={`Type ${name} to confirm`}
          value={typed}
          onChange={setTyped}
          error={error}
          autoComplete="off"
          spellCheck={false}
        />
      </form>
    </Dialog>
  );
}
