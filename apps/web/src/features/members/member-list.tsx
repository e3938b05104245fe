import { Users } from "lucide-react";
import { useState } from "react";
import type { Membership } from "../../data/use-me.ts";
import { useMe } from "../../data/use-me.ts";
import { useMembers } from "../../data/use-members.ts";
import { useSetRole } from "../../data/use-membership.ts";
import { problemOf } from "../../lib/api-problem.ts";
import { Problem } from "../../shell/problem.tsx";
import { Card } from "../../ui/card.tsx";
import { CardsSkeleton } from "../../ui/skeleton.tsx";
import { showToast } from "../../ui/toast.tsx";
import { type Member, MemberRow } from "./member-row.tsx";
import { OwnRoleDialog } from "./own-role-dialog.tsx";
import { refusalWords } from "./refusal-words.ts";
import { RemoveMemberDialog } from "./remove-member-dialog.tsx";
import { type Role, withArticle } from "./roles.ts";

/** Who belongs to the organization, and what each may do. */
export function MemberList({ organization }: { organization: Membership }) {
  const { user } = useMe();
  const members = useMembers(organization.id);
  const setRole = useSetRole();
  const [removed, setRemoved] = useState<Member>();
  const [ownRole, setOwnRole] = useState<Role>();
  if (members.isPending) return <CardsSkeleton cards={1} rows={3} />;
  if (!members.data) {
    return (
      <Problem
        what="The members could not be loaded."
        error={members.error}
        onRetry={() => void members.refetch()}
      />
    );
  }

  const change = async (member: Member, role: Role, isUndo = false) => {
    const name = member.userId === user.id ? "You are" : `${nameOf(member)} is`;
    try {
      await setRole.mutateAsync({ organizationId: organization.id, userId: member.userId, role });
    } catch (error) {
      showToast({ kind: "error", title: "Role not changed", description: refusalWords(problemOf(error)) });
      return;
    }
    const undo = { label: "Undo", run: () => void change(member, member.role, true) };
    // Who gave up a role may not be allowed to take it again.
    const action = isUndo || member.userId === user.id ? undefined : undo;
    showToast({ title: `${name} now ${withArticle(role)}`, action });
  };

  return (
    <Card id="members" title="Members" description="What each may do follows from their role." icon={Users}>
      <ul>
        {members.data.map((member) => (
          <MemberRow
            key={member.userId}
            member={member}
            isMe={member.userId === user.id}
            myRole={organization.role}
            pendingRole={
              setRole.isPending && setRole.variables.userId === member.userId
                ? setRole.variables.role
                : undefined
            }
            onRole={(role) => {
              if (member.userId === user.id) setOwnRole(role);
              else void change(member, role);
            }}
            onRemove={() => setRemoved(member)}
          />
        ))}
      </ul>
      {removed && (
        <RemoveMemberDialog
          organization={organization}
          userId={removed.userId}
          name={removed.userId === user.id ? undefined : nameOf(removed)}
          onClose={() => setRemoved(undefined)}
        />
      )}
      {ownRole && (
        <OwnRoleDialog
          organization={organization}
          role={ownRole}
          userId={user.id}
          onClose={() => setOwnRole(undefined)}
        />
      )}
    </Card>
  );
}

function nameOf({ name, email }: Member): string {
  return name || email || "Somebody without a name";
}
