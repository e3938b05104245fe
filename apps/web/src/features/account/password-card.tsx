import { LockKeyhole } from "lucide-react";
import { useRef, useState } from "react";
import { IdentityError } from "../../data/identity.ts";
import { useChangePassword } from "../../data/use-change-password.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { showToast } from "../../ui/toast.tsx";
import { checkIdentity, shortestPassword } from "../identity/check-identity.ts";

const blank = { current: "", next: "" };

/** Changes the password. */
export function PasswordCard() {
  const change = useChangePassword();
  const current = useRef<HTMLInputElement>(null);
  const next = useRef<HTMLInputElement>(null);
  const [input, setInput] = useState(blank);
  const [errors, setErrors] = useState<Partial<typeof blank>>({});
  const refuse = (found: Partial<typeof blank>) => {
    setErrors(found);
    (found.current === undefined ? next : current).current?.focus();
  };
  const submit = async () => {
    const found: Partial<typeof blank> = {};
    if (input.current === "") found.current = "Enter your current password.";
    const tooShort = checkIdentity({ password: input.next }).password;
    if (tooShort !== undefined) found.next = tooShort;
    if (Object.keys(found).length > 0) return refuse(found);
    setErrors({});
    try {
      await change.mutateAsync({ currentPassword: input.current, newPassword: input.next });
    } catch (error) {
      if (!(error instanceof IdentityError)) throw error;
      if (error.code === "INVALID_PASSWORD") return refuse({ current: error.message });
      return refuse({ next: error.message });
    }
    setInput(blank);
    showToast({ title: "Password changed", description: "You are signed out everywhere else." });
  };
  return (
    <Card
      id="password"
      title="Password"
      description="Changing it signs you out everywhere else."
      icon={LockKeyhole}
    >
      <form
        noValidate
        aria-labelledby="password-title"
        className="space-y-4 border-line border-t px-4 py-4 sm:px-5"
        onSubmit={(event) => {
          event.preventDefault();
          if (!change.isPending) void submit();
        }}
      >
        <div className="grid gap-4 sm:max-w-2xl sm:grid-cols-2">
          <TextField
            ref={current}
            label="Current password"
            type="password"
            autoComplete="current-password"
            value={input.current}
            onChange={(value) => setInput({ ...input, current: value })}
            error={errors.current}
          />
          <TextField
            ref={next}
            label="New password"
            type="password"
            autoComplete="new-password"
            hint={`At least ${shortestPassword} characters.`}
            value={input.next}
            onChange={(value) => setInput({ ...input, next: value })}
            error={errors.next}
          />
        </div>
        <Button type="submit" isBusy={change.isPending}>
          Change password
        </Button>
      </form>
    </Card>
  );
}
