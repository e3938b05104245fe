import { Link, useLocation, useRouter } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useResetPassword } from "../../data/use-mailed-links.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { showToast } from "../../ui/toast.tsx";
import { checkIdentity, shortestPassword } from "./check-identity.ts";
import { IdentityCard, identityLinkClassNames } from "./identity-card.tsx";

/** Where the link of a mail leads: another password, by whoever holds the link. */
export function ResetPasswordPage() {
  const token = useLocation({ select: ({ hash }) => hash });
  const router = useRouter();
  const reset = useResetPassword();
  const [password, setPassword] = useState("");
  const [error, setError] = useState<string>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const problem = checkIdentity({ password }).password;
    setError(problem);
    if (problem !== undefined || reset.isPending) return;
    reset.mutate(
      { token, newPassword: password },
      {
        onSuccess: () => {
          showToast({ title: "Password changed", description: "Sign in with the new one." });
          void router.navigate({ to: "/sign-in", replace: true });
        },
      },
    );
  };
  return (
    <IdentityCard
      title="Choose a new password"
      description="It signs you out everywhere."
      footer={
        <Link to="/forgot-password" className={identityLinkClassNames}>
          Ask for a new link
        </Link>
      }
    >
      <form noValidate className="space-y-4" onSubmit={submit}>
        {reset.error && (
          <Banner tone="bad" role="alert">
            {reset.error.message}
          </Banner>
        )}
        <TextField
          label="New password"
          type="password"
          autoComplete="new-password"
          hint={`At least ${shortestPassword} characters.`}
          value={password}
          onChange={setPassword}
          error={error}
        />
        <Button look="primary" type="submit" isBusy={reset.isPending} className="w-full">
          Change password
        </Button>
      </form>
    </IdentityCard>
  );
}
