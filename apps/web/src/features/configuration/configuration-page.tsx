import { getRouteApi } from "@tanstack/react-router";
import { type Level, type Owner, ownerKey } from "../../data/owner.ts";
import { useConfigurations } from "../../data/use-configurations.ts";
import { mayEdit, useCurrentOrganization } from "../../data/use-current-organization.ts";
import { useEffectiveConfiguration } from "../../data/use-effective-configuration.ts";
import { type Membership, useMe } from "../../data/use-me.ts";
import { LevelSwitch } from "../../shell/level-switch.tsx";
import { NoOrganization } from "../../shell/no-organization.tsx";
import { PageHeader } from "../../shell/page-header.tsx";
import { Problem } from "../../shell/problem.tsx";
import { CardsSkeleton } from "../../ui/skeleton.tsx";
import { TestCallCard } from "../test-call/test-call-card.tsx";
import { ConfigurationForm } from "./configuration-form.tsx";

const route = getRouteApi("/signed-in/configuration");

/** The settings of one level, each with its source. */
export function ConfigurationPage() {
  const { level = "you" } = route.useSearch();
  const organization = useCurrentOrganization();
  return (
    <>
      <PageHeader
        title="Configuration"
        documentTitle={level === "you" ? "Your configuration" : "Organization configuration"}
        description={describe(level, organization)}
        action={<LevelSwitch current={level} to="/configuration" />}
      />
      {level === "organization" && !organization ? (
        <NoOrganization />
      ) : (
        <LevelConfiguration
          level={level}
          organization={organization}
          owner={
            level === "organization" && organization
              ? { type: "organization", organizationId: organization.id }
              : { type: "user" }
          }
        />
      )}
    </>
  );
}

interface LevelConfigurationProps {
  level: Level;
  owner: Owner;
  organization: Membership | undefined;
}

function LevelConfiguration({ level, owner, organization }: LevelConfigurationProps) {
  const me = useMe();
  const effective = useEffectiveConfiguration(owner, organization?.id);
  const rows = useConfigurations(owner);
  // Without the database the last known values are still shown, only nothing can be saved.
  const stored = rows.data ?? (effective.data?.stale && rows.isError ? [] : undefined);
  if (effective.data && stored) {
    const isClosed = level === "organization" && organization !== undefined && !mayEdit(organization.role);
    const draftKey = `${me.user.id}.${ownerKey(owner)}`;
    const form = (
      <ConfigurationForm
        key={draftKey}
        level={level}
        owner={owner}
        organizationId={organization?.id}
        draftKey={draftKey}
        effective={effective.data}
        rows={stored}
        names={{ user: me.user.name, organization: organization?.name }}
        // The server judges an account by its default organization, whichever is looked at.
        isHeldToPolicy={level === "organization" || organization?.isDefault === true}
        isReadOnly={!rows.data || isClosed}
      />
    );
    return level === "organization" ? (
      form
    ) : (
      <>
        {form}
        <div className="mt-5 xl:mr-[13.5rem]">
          <TestCallCard key={organization?.id} organization={organization} effective={effective.data} />
        </div>
      </>
    );
  }
  const failed = [effective, rows].find((query) => query.isError);
  if (failed) {
    return (
      <Problem
        what="The configuration could not be loaded."
        error={failed.error}
        onRetry={() => Promise.all([effective.refetch(), rows.refetch()])}
      />
    );
  }
  return <CardsSkeleton cards={2} rows={4} />;
}

function describe(level: Level, organization: Membership | undefined): string {
  if (level === "organization") {
    return organization
      ? `What every member of ${organization.name} uses unless they set their own value.`
      : "What every member of an organization uses unless they set their own value.";
  }
  return organization
    ? `What your requests use. Anything you do not set is inherited from ${organization.name} and this deployment.`
    : "What your requests use. Anything you do not set is inherited from this deployment.";
}
