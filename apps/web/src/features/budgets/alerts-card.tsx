import { BellRing } from "lucide-react";
import type { Owner } from "../../data/owner.ts";
import { type Budget, useBudgetAlerts } from "../../data/use-budgets.ts";
import { formatAbsolute, formatRelative } from "../../lib/format-time.ts";
import { Problem } from "../../shell/problem.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { CardsSkeleton } from "../../ui/skeleton.tsx";
import { alertWords, noAlertsWords } from "./budget-words.ts";

interface AlertsCardProps {
  owner: Owner;
  /** Those that the alerts are of. */
  budgets: readonly Budget[];
  timeZone: string;
}

/** Thresholds that were crossed, latest first. */
export function AlertsCard({ owner, budgets, timeZone }: AlertsCardProps) {
  const log = useBudgetAlerts(owner);
  if (log.isPending) return <CardsSkeleton cards={1} rows={2} />;
  if (!log.data) {
    return (
      <Problem what="The alerts could not be loaded." error={log.error} onRetry={() => void log.refetch()} />
    );
  }
  const alerts = log.data.pages.flatMap((page) => page.alerts);
  const now = new Date();
  return (
    <Card
      id="alerts"
      title="Alerts"
      description="Each threshold that is reached is listed once a day, week or month, and once more if the limit is changed."
      icon={BellRing}
    >
      {alerts.length === 0 ? (
        <p className="border-line border-t px-4 py-4 text-muted sm:px-5">{noAlertsWords(budgets)}</p>
      ) : (
        <ul>
          {alerts.map((alert) => (
            <li
              key={alert.id}
              className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-0.5 border-line border-t px-4 py-3 sm:px-5"
            >
              <span className="text-[0.8125rem]">{alertWords(alert, timeZone, now)}</span>
              <time
                dateTime={alert.createdAt}
                title={formatAbsolute(alert.createdAt)}
                className="text-muted text-xs"
              >
                {formatRelative(alert.createdAt, now)}
              </time>
            </li>
          ))}
        </ul>
      )}
      {log.hasNextPage && (
        <div className="border-line border-t px-4 py-3 sm:px-5">
          <Button isBusy={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
            {log.isFetchNextPageError ? "Earlier alerts could not be loaded. Try again" : "Load more"}
          </Button>
        </div>
      )}
    </Card>
  );
}
