import { useId } from "react";
import { type Session, useEndSession } from "../../data/use-sessions.ts";
import { problemOf } from "../../lib/api-problem.ts";
import { describeRefusal } from "../../lib/describe-refusal.ts";
import { formatAbsolute, formatRelative } from "../../lib/format-time.ts";
import { Button } from "../../ui/button.tsx";
import { Chip } from "../../ui/chip.tsx";
import { showToast } from "../../ui/toast.tsx";

/** One browser: what it is, where, since when, and its end. */
export function SessionRow({ session }: { session: Session }) {
  const id = useId();
  const end = useEndSession();
  const submit = async () => {
    try {
      await end.mutateAsync({ sessionId: session.id });
    } catch (error) {
      // One that has ended by itself is what was asked for.
      if (problemOf(error).code !== "NOT_FOUND") {
        showToast({
          kind: "error",
          title: "Session not ended",
          description: describeRefusal(problemOf(error)),
        });
        return;
      }
    }
    showToast({ title: "Session ended", description: `${session.device} is signed out.` });
  };
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-line border-t px-4 py-3 sm:px-5">
      <div id={id} className="min-w-0 flex-1 basis-48">
        <p className="flex flex-wrap items-center gap-x-2 font-medium">
          {session.device}
          {session.isCurrent && <Chip tone="accent">This one</Chip>}
        </p>
        <p className="text-muted text-xs">
          {session.address !== null && <span className="break-all">{session.address} · </span>}
          signed in <Time iso={session.createdAt} />
          {!session.isCurrent && (
            <>
              {" "}
              · last used <Time iso={session.lastUsedAt} />
            </>
          )}
        </p>
      </div>
      {!session.isCurrent && (
        <Button
          look="ghost"
          isBusy={end.isPending}
          aria-describedby={id}
          onClick={() => void submit()}
          className="ml-auto"
        >
          End
        </Button>
      )}
    </li>
  );
}

function Time({ iso }: { iso: string }) {
  return (
    <time dateTime={iso} title={formatAbsolute(iso)}>
      {formatRelative(iso, new Date())}
    </time>
  );
}
