import { useMembers } from "../../data/use-members.ts";
import type { StoredPolicy } from "../../data/use-policy.ts";
import { formatAbsolute, formatRelative } from "../../lib/format-time.ts";

/** Since when the policy is as it is, and by whom. */
export function PolicyVersion({ organizationId, stored }: { organizationId: string; stored: StoredPolicy }) {
  const { version, updatedAt, updatedBy } = stored;
  const members = useMembers(organizationId);
  if (updatedAt === null) return null;
  const writer = members.data?.find(({ userId }) => userId === updatedBy);
  const name = writer?.name || writer?.email;
  return (
    <p className="text-muted text-xs">
      Version {version} · changed{" "}
      <time dateTime={updatedAt} title={formatAbsolute(updatedAt)}>
        {formatRelative(updatedAt, new Date())}
      </time>
      {name && ` by ${name}`}
    </p>
  );
}
