import { MailPlus } from "lucide-react";
import { useId } from "react";
import { type PendingInvitation, useInvitations, useRevokeInvitation } from "../../data/use-invitations.ts";
import { problemOf } from "../../lib/api-problem.ts";
import { formatAbsolute, formatDate } from "../../lib/format-time.ts";
import { Problem } from "../../shell/problem.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { CardsSkeleton } from "../../ui/skeleton.tsx";
import { showToast } from "../../ui/toast.tsx";
import { refusalWords } from "./refusal-words.ts";
import { mayManage, type Role, roleWords } from "./roles.ts";

/** The links that somebody may still join by. */
export function InvitationList({ organizationId, myRole }: { organizationId: string; myRole: Role }) {
  const invitations = useInvitations(organizationId);
  if (invitations.isPending) return <CardsSkeleton cards={1} rows={1} />;
  if (!invitations.data) {
    return (
      <Problem
        what="The invitations could not be loaded."
        error={invitations.error}
        onRetry={() => void invitations.refetch()}
      />
    );
  }
  return (
    <Card
      id="invitations"
      title="Open invitations"
      description="Each link lets one person in. What it was is kept nowhere: make a new one if it is lost."
      icon={MailPlus}
    >
      {invitations.data.length === 0 ? (
        <p className="border-line border-t px-4 py-3.5 text-[0.8125rem] text-muted sm:px-5">
          Nobody is invited at the moment.
        </p>
      ) : (
        <ul>
          {invitations.data.map((invitation) => (
            <InvitationRow
              key={invitation.id}
              invitation={invitation}
              organizationId={organizationId}
              isManaged={mayManage(myRole, invitation.role)}
            />
          ))}
        </ul>
      )}
    </Card>
  );
}

interface InvitationRowProps {
  invitation: PendingInvitation;
  organizationId: string;
  isManaged: boolean;
}

function InvitationRow({ invitation, organizationId, isManaged }: InvitationRowProps) {
  const id = useId();
  const revoke = useRevokeInvitation();
  const submit = async () => {
    try {
      await revoke.mutateAsync({ organizationId, invitationId: invitation.id });
    } catch (error) {
      showToast({ kind: "error", title: "Not taken back", description: refusalWords(problemOf(error)) });
      return;
    }
    showToast({ title: "Invitation taken back", description: "Its link lets nobody in any more." });
  };
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-t px-4 py-3 sm:px-5">
      <div id={id} className="min-w-0 flex-1 basis-48">
        <p className="break-all font-medium">{invitation.email ?? "Whoever has the link"}</p>
        <p className="text-muted text-xs">
          {roleWords[invitation.role]} · until{" "}
          <time dateTime={invitation.expiresAt} title={formatAbsolute(invitation.expiresAt)}>
            {formatDate(invitation.expiresAt)}
          </time>
        </p>
      </div>
      {isManaged && (
        <Button
          look="ghost"
          isBusy={revoke.isPending}
          aria-describedby={id}
          onClick={() => void submit()}
          className="ml-auto"
        >
          Take back
        </Button>
      )}
    </li>
  );
}
