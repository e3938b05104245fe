import type { Membership } from "../../data/use-me.ts";
import { useSetRole } from "../../data/use-membership.ts";
import { showToast } from "../../ui/toast.tsx";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { type Role, withArticle } from "./roles.ts";

interface OwnRoleDialogProps {
  organization: Membership;
  userId: string;
  role: Role;
  onClose(): void;
}

/** Asks before somebody gives up what they may do, since they cannot take it back by themselves. */
export function OwnRoleDialog({ organization, userId, role, onClose }: OwnRoleDialogProps) {
  const setRole = useSetRole();
  const submit = async () => {
    try {
      await setRole.mutateAsync({ organizationId: organization.id, userId, role });
    } catch {
      return;
    }
    showToast({ title: `You are now ${withArticle(role)}` });
    onClose();
  };
  return (
    <ConfirmDialog
      title={`Become ${withArticle(role)}?`}
      confirm="Change my role"
      isBusy={setRole.isPending}
      error={setRole.error}
      onConfirm={() => void submit()}
      onClose={onClose}
    >
      <p>
        You are {withArticle(organization.role)} of {organization.name}. You cannot give yourself that role
        again: somebody else has to.
      </p>
    </ConfirmDialog>
  );
}
