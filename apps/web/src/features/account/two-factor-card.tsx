import { Smartphone } from "lucide-react";
import { useState } from "react";
import { useSignInProtection } from "../../data/use-two-factor.ts";
import { Problem } from "../../shell/problem.tsx";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Chip } from "../../ui/chip.tsx";
import { CardsSkeleton } from "../../ui/skeleton.tsx";
import { RenewCodesDialog } from "./renew-codes-dialog.tsx";
import { SetUpTwoFactorDialog } from "./set-up-two-factor-dialog.tsx";
import { TurnOffDialog } from "./turn-off-dialog.tsx";

/** Whether a sign-in asks for a code too, and what can be done about it. */
export function TwoFactorCard() {
  const protection = useSignInProtection();
  const [open, setOpen] = useState<"set-up" | "codes" | "off">();
  const close = () => setOpen(undefined);
  if (protection.isPending) return <CardsSkeleton cards={1} rows={1} />;
  if (!protection.data) {
    return (
      <Problem
        what="How you sign in could not be loaded."
        error={protection.error}
        onRetry={() => void protection.refetch()}
      />
    );
  }
  return (
    <Card
      id="two-factor"
      title="Two-step sign-in"
      description="Ask for a code of an authenticator app too, so that your password alone lets nobody in."
      icon={Smartphone}
      action={protection.data.hasTwoFactor ? <Chip tone="good">On</Chip> : <Chip>Off</Chip>}
    >
      <div className="flex flex-wrap gap-2 border-line border-t px-4 py-4 sm:px-5">
        {protection.data.hasTwoFactor ? (
          <>
            <Button onClick={() => setOpen("codes")}>New backup codes</Button>
            <Button look="danger" onClick={() => setOpen("off")}>
              Turn off
            </Button>
          </>
        ) : (
          <Button onClick={() => setOpen("set-up")}>Set up</Button>
        )}
      </div>
      {open === "set-up" && <SetUpTwoFactorDialog onClose={close} />}
      {open === "codes" && <RenewCodesDialog onClose={close} />}
      {open === "off" && <TurnOffDialog onClose={close} />}
    </Card>
  );
}
