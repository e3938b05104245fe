import { getRouteApi } from "@tanstack/react-router";
import { KeyRound, RefreshCw } from "lucide-react";
import { useState } from "react";
import type { Owner } from "../../data/owner.ts";
import { mayEdit, useCurrentOrganization } from "../../data/use-current-organization.ts";
import { type KeySummary, useKeys } from "../../data/use-keys.ts";
import { LevelSwitch } from "../../shell/level-switch.tsx";
import { NoOrganization } from "../../shell/no-organization.tsx";
import { PageHeader } from "../../shell/page-header.tsx";
import { Problem } from "../../shell/problem.tsx";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { CardsSkeleton } from "../../ui/skeleton.tsx";
import { TokensCard } from "../tokens/tokens-card.tsx";
import { KeyList } from "./key-list.tsx";
import { RevokeKeyDialog } from "./revoke-key-dialog.tsx";
import { RotateKeyDialog } from "./rotate-key-dialog.tsx";

const route = getRouteApi("/signed-in/keys");

/** The provider keys of one level: what is stored, never the keys themselves. */
export function KeysPage() {
  const { level = "you" } = route.useSearch();
  const organization = useCurrentOrganization();
  return (
    <>
      <PageHeader
        title="API keys"
        documentTitle={level === "you" ? "Your API keys" : "Organization API keys"}
        description="On whose Anthropic key requests run: yours if you have one, else the organization's, else this deployment's."
        action={<LevelSwitch current={level} to="/keys" />}
      />
      {level === "you" ? (
        <OwnerKeys owner={{ type: "user" }} isReadOnly={false} />
      ) : organization ? (
        <div key={organization.id} className="space-y-6">
          <OwnerKeys
            owner={{ type: "organization", organizationId: organization.id }}
            of={organization.name}
            isReadOnly={!mayEdit(organization.role)}
          />
          {mayEdit(organization.role) && <TokensCard organization={organization} />}
        </div>
      ) : (
        <NoOrganization />
      )}
    </>
  );
}

function OwnerKeys({ owner, of, isReadOnly }: { owner: Owner; of?: string; isReadOnly: boolean }) {
  const keys = useKeys(owner);
  const [isRotating, setIsRotating] = useState(false);
  const [revoked, setRevoked] = useState<KeySummary>();
  if (keys.isPending) return <CardsSkeleton cards={1} rows={2} />;
  if (!keys.data) {
    return (
      <Problem what="The keys could not be loaded." error={keys.error} onRetry={() => void keys.refetch()} />
    );
  }
  const hasKey = keys.data.some(isPrimary);
  const open = (
    <Button look={hasKey ? "secondary" : "primary"} onClick={() => setIsRotating(true)}>
      {hasKey && <RefreshCw aria-hidden className="size-3.5" />}
      {hasKey ? "Rotate key" : "Add key"}
    </Button>
  );
  return (
    <>
      {isReadOnly && (
        <div className="mb-4">
          <Banner>You can see which keys {of} has, not change them. Ask an owner or admin.</Banner>
        </div>
      )}
      {keys.data.length === 0 ? (
        <EmptyState icon={KeyRound} title="No key stored" action={!isReadOnly && open}>
          {of
            ? "Members without a key of their own use the key of this deployment"
            : "Your requests use the key of your organization, or that of this deployment,"}{" "}
          until one is added here.
        </EmptyState>
      ) : (
        <Card
          id="keys"
          title="Anthropic"
          description="Sealed when stored. Only the last characters are ever shown."
          icon={KeyRound}
          action={!isReadOnly && open}
        >
          <KeyList keys={keys.data} onRevoke={isReadOnly ? undefined : setRevoked} />
        </Card>
      )}
      {isRotating && (
        <RotateKeyDialog owner={owner} of={of} hasKey={hasKey} onClose={() => setIsRotating(false)} />
      )}
      {revoked && (
        <RevokeKeyDialog
          owner={owner}
          of={of}
          revoked={revoked}
          keys={keys.data}
          onClose={() => setRevoked(undefined)}
        />
      )}
    </>
  );
}

function isPrimary(key: KeySummary): boolean {
  return key.slot === "primary" && key.status === "active";
}
