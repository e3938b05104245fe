import { Link } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useSessionOptions } from "../../data/identity.ts";
import { useRequestPasswordReset } from "../../data/use-mailed-links.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { checkIdentity } from "./check-identity.ts";
import { IdentityCard, identityLinkClassNames } from "./identity-card.tsx";

/** Asks for a link to choose another password, or says who can help where no mails are sent. */
export function ForgotPasswordPage() {
  const options = useSessionOptions();
  return (
    <IdentityCard
      title="Forgot your password?"
      description="With your e-mail address you can choose a new one."
      footer={
        <Link to="/sign-in" className={identityLinkClassNames}>
          Back to sign-in
        </Link>
      }
    >
      {options.isPending && <Skeleton className="h-20" />}
      {options.data?.sendsMails === false && (
        <Banner>
          No mails are sent from here, so nobody can choose a new password by themselves. Ask whoever runs
          this AI Config.
        </Banner>
      )}
      {(options.data?.sendsMails || options.isError) && <RequestForm />}
    </IdentityCard>
  );
}

function RequestForm() {
  const request = useRequestPasswordReset();
  const [email, setEmail] = useState("");
  const [error, setError] = useState<string>();
  if (request.isSuccess) {
    return (
      <p role="status">
        If <span className="break-all font-medium">{request.variables}</span> has an account here, a mail with
        a link is on its way. The link works for an hour.
      </p>
    );
  }
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const problem = checkIdentity({ email }).email;
    setError(problem);
    if (problem === undefined && !request.isPending) request.mutate(email.trim());
  };
  return (
    <form noValidate className="space-y-4" onSubmit={submit}>
      {request.error && (
        <Banner tone="bad" role="alert">
          {request.error.message}
        </Banner>
      )}
      <TextField
        label="E-mail"
        type="email"
        autoComplete="username"
        value={email}
        onChange={setEmail}
        error={error}
      />
      <Button look="primary" type="submit" isBusy={request.isPending} className="w-full">
        Send me a link
      </Button>
    </form>
  );
}
