import { Link, useLocation } from "@tanstack/react-router";
import { useConfirmAddress } from "../../data/use-mailed-links.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button, buttonClassNames } from "../../ui/button.tsx";
import { IdentityCard } from "./identity-card.tsx";

/** Where the link of a mail leads. It takes a press: programs that look at mails open links by themselves. */
export function ConfirmAddressPage() {
  const token = useLocation({ select: ({ hash }) => hash });
  const confirm = useConfirmAddress();
  return (
    <IdentityCard
      title="Confirm your address"
      description="So that a new password can reach you when you need one."
      footer={<p>You did not make an account here? Close this page.</p>}
    >
      <div className="space-y-4">
        {confirm.error && (
          <Banner tone="bad" role="alert">
            {confirm.error.message} A signed-in account gets another on its account page.
          </Banner>
        )}
        {confirm.isSuccess ? (
          <>
            <Banner tone="good" role="status">
              Your address is confirmed.
            </Banner>
            <Link to="/configuration" className={`${buttonClassNames("primary")} w-full`}>
              Go on
            </Link>
          </>
        ) : (
          <Button
            look="primary"
            className="w-full"
            isBusy={confirm.isPending}
            onClick={() => confirm.mutate(token)}
          >
            Confirm address
          </Button>
        )}
      </div>
    </IdentityCard>
  );
}
