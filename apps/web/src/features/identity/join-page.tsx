import { getRouteApi, useRouter } from "@tanstack/react-router";
import { chooseOrganization } from "../../data/use-current-organization.ts";
import { type InvitationOffer, useInvitation } from "../../data/use-invitation.ts";
import { useMe } from "../../data/use-me.ts";
import { Problem } from "../../shell/problem.tsx";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { IdentityCard } from "./identity-card.tsx";
import { refusalText } from "./invitation-words.ts";
import { JoinForm } from "./join-form.tsx";
import { SwitchAccount } from "./switch-account.tsx";

const route = getRouteApi("/join");

/** An invitation's link, opened by somebody who is signed in. */
export function JoinPage() {
  const { invitation } = route.useSearch();
  const offer = useInvitation(invitation);
  const { user } = useMe();
  return (
    <IdentityCard
      title={titleOf(offer.data)}
      description={`You are signed in as ${user.email}.`}
      footer={<SwitchAccount invitation={invitation} />}
    >
      {offer.data ? (
        <Answer offer={offer.data} invitation={invitation} onRefused={() => void offer.refetch()} />
      ) : offer.isError ? (
        <Problem
          what="The invitation could not be read."
          error={offer.error}
          onRetry={() => void offer.refetch()}
        />
      ) : (
        <div role="status">
          <span className="sr-only">Loading…</span>
          <Skeleton className="h-20" />
        </div>
      )}
    </IdentityCard>
  );
}

interface AnswerProps {
  offer: InvitationOffer;
  invitation: string;
  onRefused(): void;
}

function Answer({ offer, invitation, onRefused }: AnswerProps) {
  const { user, organizations } = useMe();
  const router = useRouter();
  const open = (organizationId?: string) => {
    if (organizationId !== undefined) chooseOrganization(organizationId);
    void router.navigate({ to: "/configuration", replace: true });
  };
  switch (offer.state) {
    case "open":
      return (
        <JoinForm
          offer={offer}
          invitation={invitation}
          onJoined={open}
          onRefused={onRefused}
          onLater={() => open()}
        />
      );
    case "member": {
      const organization = organizations.find(({ id }) => id === offer.organizationId);
      return (
        <>
          <p>You belong to {organization?.name ?? "this organization"} already.</p>
          <Button look="primary" className="mt-4 w-full" onClick={() => open(offer.organizationId)}>
            Open it
          </Button>
        </>
      );
    }
    default:
      return (
        <>
          <Banner tone="bad" role="alert">
            {refusalText(offer.state, user.email)}
          </Banner>
          <Button className="mt-4 w-full" onClick={() => open()}>
            Go to Configuration
          </Button>
        </>
      );
  }
}

function titleOf(offer: InvitationOffer | undefined): string {
  if (offer === undefined) return "Your invitation";
  if (offer.state === "open") return `Join ${offer.organizationName}?`;
  return offer.state === "member" ? "You have joined" : "This link cannot be used";
}
