import { getRouteApi, Link } from "@tanstack/react-router";
import { Wallet } from "lucide-react";
import { type BudgetStatus, useBudgets } from "../../data/use-budgets.ts";
import { mayEdit, useCurrentOrganization } from "../../data/use-current-organization.ts";
import type { Membership } from "../../data/use-me.ts";
import { problemOf } from "../../lib/api-problem.ts";
import { LevelSwitch } from "../../shell/level-switch.tsx";
import { NoOrganization } from "../../shell/no-organization.tsx";
import { PageHeader } from "../../shell/page-header.tsx";
import { Problem } from "../../shell/problem.tsx";
import { Banner } from "../../ui/banner.tsx";
import { Button, buttonClassNames } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { CardsSkeleton } from "../../ui/skeleton.tsx";
import { AlertsCard } from "./alerts-card.tsx";
import { BudgetCard } from "./budget-card.tsx";
import { asOfWords } from "./budget-words.ts";
import { ShutBanner } from "./shut-banner.tsx";

const route = getRouteApi("/signed-in/budgets");

/** What calls may cost, and what they have cost so far, of one level. */
export function BudgetsPage() {
  const { level = "you" } = route.useSearch();
  const organization = useCurrentOrganization();
  return (
    <>
      <PageHeader
        title="Budgets"
        documentTitle={level === "you" ? "Your budgets" : "Organization budgets"}
        description="What calls may cost, and what they have cost so far. A call must fit every budget it counts against."
        action={<LevelSwitch current={level} to="/budgets" />}
      />
      {level === "organization" && !organization ? (
        <NoOrganization />
      ) : (
        <LevelBudgets key={organization?.id} level={level} organization={organization} />
      )}
    </>
  );
}

interface LevelBudgetsProps {
  level: "you" | "organization";
  organization: Membership | undefined;
}

function LevelBudgets({ level, organization }: LevelBudgetsProps) {
  const status = useBudgets(organization?.id);
  if (status.isPending) return <CardsSkeleton cards={1} rows={3} />;
  if (!status.data) {
    return (
      <Problem
        what="The budgets could not be loaded."
        error={status.error}
        onRetry={() => void status.refetch()}
      />
    );
  }
  return (
    <div className="space-y-6">
      {status.isRefetchError && (
        <Banner
          tone="warn"
          role="status"
          action={
            <Button size="small" isBusy={status.isFetching} onClick={() => void status.refetch()}>
              Retry
            </Button>
          }
        >
          {asOfWords(status.dataUpdatedAt)} {problemOf(status.error).message}
        </Banner>
      )}
      {level === "organization" && organization ? (
        <SharedBudgets status={status.data} organization={organization} />
      ) : (
        <OwnBudgets status={status.data} organization={organization} />
      )}
    </div>
  );
}

/** The budgets of the organization that the person's calls count against as well. */
function sharedOf({ budgets }: BudgetStatus) {
  return budgets.filter(({ scope }) => scope.kind === "organization");
}

interface OwnBudgetsProps {
  status: BudgetStatus;
  organization: Membership | undefined;
}

function OwnBudgets({ status, organization }: OwnBudgetsProps) {
  const budgets = status.budgets.filter(({ scope }) => scope.kind === "user");
  return (
    <>
      {organization && (
        <ShutBanner
          budgets={sharedOf(status)}
          organization={organization.name}
          action={
            <Link
              to="/budgets"
              search={{ level: "organization" }}
              className={buttonClassNames("secondary", "small")}
            >
              Shared budgets
            </Link>
          }
        />
      )}
      <BudgetCard
        title="Your budgets"
        description="Every call in your name counts, in whichever organization."
        budgets={budgets}
        timeZone={status.timeZones.user}
        edit={{ to: "/configuration", level: "you" }}
      />
      <AlertsCard owner={{ type: "user" }} budgets={budgets} timeZone={status.timeZones.user} />
    </>
  );
}

function SharedBudgets({ status, organization }: { status: BudgetStatus; organization: Membership }) {
  const { id, name, role } = organization;
  const budgets = sharedOf(status);
  const timeZone = status.timeZones.organization ?? status.timeZones.user;
  const isEditor = mayEdit(role);
  return (
    <>
      <ShutBanner budgets={budgets} organization={name}>
        {isEditor ? "Raise the limit in the policy." : "Ask an owner or admin to raise the limit."}
      </ShutBanner>
      {budgets.length === 0 ? (
        <EmptyState
          icon={Wallet}
          title="No shared budget"
          action={
            isEditor && (
              <Link to="/policy" className={buttonClassNames("primary")}>
                Set one in the policy
              </Link>
            )
          }
        >
          The members of {name} have budgets of their own, and none together.
          {!isEditor && " Owners and admins can set one."}
        </EmptyState>
      ) : (
        <BudgetCard
          title={`Shared by ${name}`}
          description="The calls of all members count, besides each member's own budgets."
          budgets={budgets}
          timeZone={timeZone}
          edit={isEditor ? { to: "/policy" } : undefined}
        />
      )}
      {isEditor && (
        <AlertsCard
          owner={{ type: "organization", organizationId: id }}
          budgets={budgets}
          timeZone={timeZone}
        />
      )}
    </>
  );
}
