import { useState } from "react";
import { type InvitationOffer, useJoinOrganization } from "../../data/use-invitation.ts";
import { useMe } from "../../data/use-me.ts";
import { problemOf } from "../../lib/api-problem.ts";
import { formatAbsolute, formatDay } from "../../lib/format-time.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/checkbox.tsx";
import { showToast } from "../../ui/toast.tsx";
import { roleText, suggestsDefault } from "./invitation-words.ts";

interface JoinFormProps {
  offer: Extract<InvitationOffer, { state: "open" }>;
  invitation: string;
  onJoined(organizationId: string): void;
  /** The link has ended since it was read. */
  onRefused(): void;
  onLater(): void;
}

/** The choice to join, with what it makes of the person and of their calls. */
export function JoinForm({ offer, invitation, onJoined, onRefused, onLater }: JoinFormProps) {
  const { organizationName, role, expiresAt } = offer;
  const { organizations } = useMe();
  const join = useJoinOrganization();
  const [isDefault, setIsDefault] = useState(() => suggestsDefault(organizations));
  const failure = join.error && problemOf(join.error);
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (join.isPending) return;
        join.mutate(
          { token: invitation, isDefault },
          {
            onSuccess: ({ organizationId, becameDefault }) => {
              showToast({
                title: `You have joined ${organizationName}`,
                description: becameDefault ? undefined : "It could not be made your default.",
              });
              onJoined(organizationId);
            },
            onError: (error) => {
              if (problemOf(error).code === "INVITATION_INVALID") onRefused();
            },
          },
        );
      }}
    >
      {failure && (
        <Banner tone="bad" role="alert">
          {failure.message}
        </Banner>
      )}
      <p>
        You will be {roleText(role)}. The link works until{" "}
        <time dateTime={expiresAt} title={formatAbsolute(expiresAt)}>
          {formatDay(expiresAt, new Date())}
        </time>
        .
      </p>
      {organizations.length > 0 && (
        <Checkbox
          label="Make it my default organization"
          hint="Its settings and policy then apply to your calls where they name no other."
          isChecked={isDefault}
          onChange={setIsDefault}
        />
      )}
      <div className="flex flex-col gap-2">
        <Button look="primary" type="submit" isBusy={join.isPending}>
          <span className="truncate">Join {organizationName}</span>
        </Button>
        <Button look="ghost" onClick={onLater}>
          Not now
        </Button>
      </div>
    </form>
  );
}
