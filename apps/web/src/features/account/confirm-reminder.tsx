import { useSessionOptions } from "../../data/identity.ts";
import { useSendConfirmation } from "../../data/use-send-confirmation.ts";
import { useSignInProtection } from "../../data/use-two-factor.ts";
import { Button } from "../../ui/button.tsx";
import { Chip } from "../../ui/chip.tsx";
import { showToast } from "../../ui/toast.tsx";

/** Says that the address was not confirmed yet, where it can be. */
export function ConfirmReminder({ email }: { email: string }) {
  const options = useSessionOptions();
  const protection = useSignInProtection();
  const send = useSendConfirmation();
  if (!options.data?.sendsMails || protection.data?.isConfirmed !== false) return null;
  const submit = () =>
    send.mutate(undefined, {
      onSuccess: () => showToast({ title: "Mail sent", description: `Open the link that ${email} gets.` }),
      onError: ({ message }) => showToast({ kind: "error", title: "No mail sent", description: message }),
    });
  return (
    <div className="mt-1.5 flex flex-wrap items-center gap-2">
      <Chip tone="warn">Not confirmed</Chip>
      <Button size="small" isBusy={send.isPending} onClick={submit}>
        Send the mail again
      </Button>
    </div>
  );
}
