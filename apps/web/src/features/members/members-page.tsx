import { UserPlus } from "lucide-react";
import { useState } from "react";
import { mayEdit, useCurrentOrganization } from "../../data/use-current-organization.ts";
import type { Membership } from "../../data/use-me.ts";
import { NoOrganization } from "../../shell/no-organization.tsx";
import { PageHeader } from "../../shell/page-header.tsx";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { InvitationList } from "./invitation-list.tsx";
import { InviteDialog } from "./invite-dialog.tsx";
import { MemberList } from "./member-list.tsx";
import { OrganizationCard } from "./organization-card.tsx";

/** The people of an organization, and the organization itself. */
export function MembersPage() {
  const organization = useCurrentOrganization();
  const [isInviting, setIsInviting] = useState(false);
  const isEditor = organization !== undefined && mayEdit(organization.role);
  return (
    <>
      <PageHeader
        title="Members"
        description={
          organization
            ? `Who belongs to ${organization.name}, and what they may do.`
            : "Who belongs together."
        }
        action={
          isEditor && (
            <Button look="primary" onClick={() => setIsInviting(true)}>
              <UserPlus aria-hidden className="size-3.5" />
              Invite
            </Button>
          )
        }
      />
      {organization ? <People key={organization.id} organization={organization} /> : <NoOrganization />}
      {organization && isInviting && (
        <InviteDialog organization={organization} onClose={() => setIsInviting(false)} />
      )}
    </>
  );
}

function People({ organization }: { organization: Membership }) {
  const isEditor = mayEdit(organization.role);
  return (
    <div className="space-y-5">
      {!isEditor && (
        <Banner>You can see who belongs to {organization.name}, not change it. Ask an owner or admin.</Banner>
      )}
      <MemberList organization={organization} />
      {isEditor && <InvitationList organizationId={organization.id} myRole={organization.role} />}
      <OrganizationCard organization={organization} />
    </div>
  );
}
