import type { Membership } from "../../data/use-me.ts";
import { useRemoveMember } from "../../data/use-membership.ts";
import { showToast } from "../../ui/toast.tsx";
import { ConfirmDialog } from "./confirm-dialog.tsx";

interface RemoveMemberDialogProps {
  organization: Membership;
  userId: string;
  /** Undefined where the reader leaves. */
  name: string | undefined;
  onClose(): void;
}

/** Asks before a membership ends, and says what is lost and what stays. */
export function RemoveMemberDialog({ organization, userId, name, onClose }: RemoveMemberDialogProps) {
  const remove = useRemoveMember();
  const of = organization.name;
  const submit = async () => {
    try {
      await remove.mutateAsync({ organizationId: organization.id, userId });
    } catch {
      return;
    }
    showToast({ title: name === undefined ? `You have left ${of}` : `${name} was removed from ${of}` });
    onClose();
  };
  return (
    <ConfirmDialog
      title={name === undefined ? `Leave ${of}?` : `Remove ${name}?`}
      confirm={name === undefined ? "Leave" : "Remove"}
      isBusy={remove.isPending}
      error={remove.error}
      onConfirm={() => void submit()}
      onClose={onClose}
    >
      {name === undefined ? (
        <>
          <p>From your next request on, the settings and keys of {of} no longer apply to you.</p>
          <p>Your own settings and keys stay. Only an owner or admin can let you in again.</p>
        </>
      ) : (
        <>
          <p>
            From their next request on, the settings and keys of {of} no longer apply to {name}.
          </p>
          <p>Their own settings and keys stay theirs. An invitation lets them in again.</p>
        </>
      )}
    </ConfirmDialog>
  );
}
