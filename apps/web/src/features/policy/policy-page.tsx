import { ShieldCheck } from "lucide-react";
import { mayEdit, useCurrentOrganization } from "../../data/use-current-organization.ts";
import { useEffectiveConfiguration } from "../../data/use-effective-configuration.ts";
import { type Membership, useMe } from "../../data/use-me.ts";
import { usePolicy } from "../../data/use-policy.ts";
import { NoOrganization } from "../../shell/no-organization.tsx";
import { PageHeader } from "../../shell/page-header.tsx";
import { Problem } from "../../shell/problem.tsx";
import { Banner } from "../../ui/banner.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { CardsSkeleton } from "../../ui/skeleton.tsx";
import { keysOf } from "./policy-draft.ts";
import { PolicyForm } from "./policy-form.tsx";
import { PolicyVersion } from "./policy-version.tsx";

/** What an organization imposes on its members. */
export function PolicyPage() {
  const organization = useCurrentOrganization();
  return (
    <>
      <PageHeader
        title="Policy"
        documentTitle="Organization policy"
        description={
          organization
            ? `What ${organization.name} imposes on its members, above everything they set.`
            : "What an organization imposes on its members, above everything they set."
        }
      />
      {organization ? (
        <OrganizationPolicy key={organization.id} organization={organization} />
      ) : (
        <NoOrganization />
      )}
    </>
  );
}

function OrganizationPolicy({ organization }: { organization: Membership }) {
  const { user } = useMe();
  const stored = usePolicy(organization.id);
  const effective = useEffectiveConfiguration({ type: "organization", organizationId: organization.id });
  if (!stored.data) {
    return stored.isError ? (
      <Problem
        what="The policy could not be loaded."
        error={stored.error}
        onRetry={() => void stored.refetch()}
      />
    ) : (
      <CardsSkeleton cards={2} rows={4} />
    );
  }
  // Its values are facts beside the rules and the start of new locks, so it is waited for.
  if (effective.isPending) return <CardsSkeleton cards={2} rows={4} />;
  const isReadOnly = !mayEdit(organization.role);
  const isEmpty = keysOf(stored.data.policy).length === 0;
  return (
    <>
      <div className="mb-4 space-y-2 empty:hidden">
        {isReadOnly && (
          <Banner>
            You can read the policy of {organization.name}, not change it. Ask an owner or admin.
          </Banner>
        )}
        <PolicyVersion organizationId={organization.id} stored={stored.data} />
      </div>
      {isReadOnly && isEmpty ? (
        <EmptyState icon={ShieldCheck} title="Nothing is imposed">
          Every member of {organization.name} may set any value and use any model.
        </EmptyState>
      ) : (
        <PolicyForm
          organization={organization}
          draftKey={`${user.id}.policy:${organization.id}`}
          stored={stored.data}
          effective={effective.data}
          isReadOnly={isReadOnly}
        />
      )}
    </>
  );
}
