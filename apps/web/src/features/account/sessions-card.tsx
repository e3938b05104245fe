import { MonitorSmartphone } from "lucide-react";
import { useEndOtherSessions, useSessions } from "../../data/use-sessions.ts";
import { problemOf } from "../../lib/api-problem.ts";
import { describeRefusal } from "../../lib/describe-refusal.ts";
import { Problem } from "../../shell/problem.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { CardsSkeleton } from "../../ui/skeleton.tsx";
import { showToast } from "../../ui/toast.tsx";
import { SessionRow } from "./session-row.tsx";

/** Where the reader is signed in, with a way to end each. */
export function SessionsCard() {
  const sessions = useSessions();
  const endOthers = useEndOtherSessions();
  if (sessions.isPending) return <CardsSkeleton cards={1} rows={2} />;
  if (!sessions.data) {
    return (
      <Problem
        what="Your sessions could not be loaded."
        error={sessions.error}
        onRetry={() => void sessions.refetch()}
      />
    );
  }
  const submit = async () => {
    try {
      await endOthers.mutateAsync({});
    } catch (error) {
      showToast({
        kind: "error",
        title: "Sessions not ended",
        description: describeRefusal(problemOf(error)),
      });
      return;
    }
    showToast({ title: "Sessions ended", description: "You are signed in here only." });
  };
  return (
    <Card
      id="sessions"
      title="Sessions"
      description="Where you are signed in. End what you do not know, then change your password."
      icon={MonitorSmartphone}
      action={
        sessions.data.length > 1 && (
          <Button isBusy={endOthers.isPending} onClick={() => void submit()}>
            End all others
          </Button>
        )
      }
    >
      <ul>
        {sessions.data.map((session) => (
          <SessionRow key={session.id} session={session} />
        ))}
      </ul>
    </Card>
  );
}
