import { Plus, SquareTerminal } from "lucide-react";
import { useState } from "react";
import type { Membership } from "../../data/use-me.ts";
import { type TokenSummary, useTokens } from "../../data/use-tokens.ts";
import { Problem } from "../../shell/problem.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { CardsSkeleton } from "../../ui/skeleton.tsx";
import { CreateTokenDialog } from "./create-token-dialog.tsx";
import { RevokeTokenDialog } from "./revoke-token-dialog.tsx";
import { TokenRow } from "./token-row.tsx";

/** What sibling apps and workers call this API with. */
export function TokensCard({ organization }: { organization: Membership }) {
  const tokens = useTokens(organization.id);
  const [isCreating, setIsCreating] = useState(false);
  const [revoked, setRevoked] = useState<TokenSummary>();
  if (tokens.isPending) return <CardsSkeleton cards={1} rows={1} />;
  if (!tokens.data) {
    return (
      <Problem
        what="The service tokens could not be loaded."
        error={tokens.error}
        onRetry={() => void tokens.refetch()}
      />
    );
  }
  return (
    <>
      <Card
        id="tokens"
        title="Service tokens"
        description={`What your other apps and workers call this API with, for ${organization.name} alone.`}
        icon={SquareTerminal}
        action={
          <Button onClick={() => setIsCreating(true)}>
            <Plus aria-hidden className="size-3.5" />
            New token
          </Button>
        }
      >
        {tokens.data.length === 0 ? (
          <p className="border-line border-t px-4 py-3.5 text-[0.8125rem] text-muted sm:px-5">
            No app has a token at the moment.
          </p>
        ) : (
          <ul>
            {tokens.data.map((token) => (
              <TokenRow key={token.id} token={token} onRevoke={() => setRevoked(token)} />
            ))}
          </ul>
        )}
      </Card>
      {isCreating && <CreateTokenDialog organization={organization} onClose={() => setIsCreating(false)} />}
      {revoked && (
        <RevokeTokenDialog
          organizationId={organization.id}
          token={revoked}
          onClose={() => setRevoked(undefined)}
        />
      )}
    </>
  );
}
