import { UserRound } from "lucide-react";
import { useMe } from "../../data/use-me.ts";
import { Card } from "../../ui/card.tsx";
import { ConfirmReminder } from "./confirm-reminder.tsx";

/** What others see of the reader. */
export function ProfileCard() {
  const { user } = useMe();
  return (
    <Card id="profile" title="Profile" description="Members of your organizations see this." icon={UserRound}>
      <dl className="grid gap-x-6 gap-y-3 border-line border-t px-4 py-4 sm:grid-cols-2 sm:px-5">
        <div className="min-w-0">
          <dt className="text-muted text-xs">Name</dt>
          <dd className="break-words font-medium">{user.name}</dd>
        </div>
        <div className="min-w-0">
          <dt className="text-muted text-xs">E-mail</dt>
          <dd>
            <span className="break-all font-medium">{user.email}</span>
            <ConfirmReminder email={user.email} />
          </dd>
        </div>
      </dl>
    </Card>
  );
}
