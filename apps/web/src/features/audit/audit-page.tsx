import { getRouteApi } from "@tanstack/react-router";
import { History, Lock } from "lucide-react";
import { useState } from "react";
import type { Owner } from "../../data/owner.ts";
import { type AuditEntry, useAuditLog } from "../../data/use-audit-log.ts";
import { mayEdit, useCurrentOrganization } from "../../data/use-current-organization.ts";
import { useModels } from "../../data/use-models.ts";
import { isForbidden } from "../../lib/api-problem.ts";
import { formatDay } from "../../lib/format-time.ts";
import { LevelSwitch } from "../../shell/level-switch.tsx";
import { NoOrganization } from "../../shell/no-organization.tsx";
import { PageHeader } from "../../shell/page-header.tsx";
import { Problem } from "../../shell/problem.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { CardsSkeleton } from "../../ui/skeleton.tsx";
import { AuditEntryRow } from "./audit-entry-row.tsx";
import { AuditTools } from "./audit-tools.tsx";
import { groupByDay } from "./group-by-day.ts";
import { RestoreDialog } from "./restore-dialog.tsx";
import { isRestorable } from "./restore-plan.ts";

const route = getRouteApi("/signed-in/audit");

/** Every change of one level, newest first. */
export function AuditPage() {
  const { level = "you" } = route.useSearch();
  const organization = useCurrentOrganization();
  return (
    <>
      <PageHeader
        title="Audit log"
        documentTitle={level === "you" ? "Your audit log" : "Organization audit log"}
        description="Who changed what, when and why. Entries are never edited or removed."
        action={<LevelSwitch current={level} to="/audit" />}
      />
      {level === "you" ? (
        <Timeline owner={{ type: "user" }} />
      ) : organization && !mayEdit(organization.role) ? (
        <Closed />
      ) : organization ? (
        <Timeline
          key={organization.id}
          owner={{ type: "organization", organizationId: organization.id }}
          of={organization.name}
        />
      ) : (
        <NoOrganization />
      )}
    </>
  );
}

function Closed() {
  return (
    <EmptyState icon={Lock} title="Not for every member">
      Only owners and admins see the organization's changes.
    </EmptyState>
  );
}

function Timeline({ owner, of }: { owner: Owner; of?: string }) {
  const log = useAuditLog(owner);
  const models = useModels();
  const modelName = (id: string) => models[id]?.displayName ?? id;
  const [restoring, setRestoring] = useState<AuditEntry>();
  if (log.isPending) return <CardsSkeleton cards={1} rows={5} />;
  // A role that was taken away while the page was open.
  if (isForbidden(log.error)) return <Closed />;
  if (!log.data) {
    return (
      <Problem
        what="The audit log could not be loaded."
        error={log.error}
        onRetry={() => void log.refetch()}
      />
    );
  }
  const entries = log.data.pages.flatMap((page) => page.entries);
  if (entries.length === 0) {
    return (
      <EmptyState icon={History} title="No changes yet">
        As soon as {of ? `a setting or a key of ${of}` : "one of your settings or keys"} changes, the change
        is written down here.
      </EmptyState>
    );
  }
  const now = new Date();
  return (
    <>
      <AuditTools owner={owner} />
      {groupByDay(entries).map((group) => {
        const headingId = `day-${group.day.replaceAll(" ", "-")}`;
        return (
          <section key={group.day} aria-labelledby={headingId} className="mb-6">
            <h2 id={headingId} className="mb-2 font-medium text-[0.8125rem] text-muted">
              {formatDay(group.entries[0]?.changedAt ?? now.toISOString(), now)}
            </h2>
            <ol className="rounded-xl border border-line bg-surface shadow-card">
              {group.entries.map((entry) => (
                <AuditEntryRow
                  key={entry.id}
                  entry={entry}
                  of={of}
                  modelName={modelName}
                  onRestore={isRestorable(entries, entry) ? () => setRestoring(entry) : undefined}
                />
              ))}
            </ol>
          </section>
        );
      })}
      {log.isFetchNextPageError && (
        <Problem
          what="Earlier changes could not be loaded."
          error={log.error}
          onRetry={() => void log.fetchNextPage()}
        />
      )}
      {log.hasNextPage && !log.isFetchNextPageError && (
        <Button isBusy={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
          Load more
        </Button>
      )}
      {restoring && (
        <RestoreDialog
          key={restoring.id}
          owner={owner}
          entries={entries}
          entry={restoring}
          modelName={modelName}
          onClose={() => setRestoring(undefined)}
        />
      )}
    </>
  );
}
