import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { signIn, useSessionOptions } from "../../data/identity.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { checkIdentity } from "./check-identity.ts";
import { CodeStep } from "./code-step.tsx";
import { IdentityCard, identityLinkClassNames } from "./identity-card.tsx";
import { joinPath } from "./invitation-words.ts";
import { useEnter } from "./use-enter.ts";

const route = getRouteApi("/sign-in");

/** Opens a session. */
export function SignInPage() {
  const { invitation, returnTo } = route.useSearch();
  const options = useSessionOptions();
  const { enter, isBusy, failure, needsCode } = useEnter(
    invitation === undefined ? returnTo : joinPath(invitation),
  );
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [wasSent, setWasSent] = useState(false);
  const errors = wasSent ? checkIdentity({ email }) : {};
  const passwordError = wasSent && password === "" ? "Enter your password." : undefined;
  if (needsCode) {
    return (
      <IdentityCard
        title="Enter your code"
        description="Your account asks for a second step."
        footer={<p>Lost your app and your backup codes? Ask whoever runs this AI Config.</p>}
      >
        <CodeStep isBusy={isBusy} failure={failure} enter={enter} />
      </IdentityCard>
    );
  }
  return (
    <IdentityCard
      title="Sign in"
      description={
        invitation === undefined
          ? "See and change what governs your Claude calls."
          : "Then you can join the organization that invited you."
      }
      footer={
        <>
          <p className="mb-2">
            <Link to="/forgot-password" className={identityLinkClassNames}>
              Forgot your password?
            </Link>
          </p>
          {invitation === undefined && options.data?.signUp === "invitation" && options.data.hasAccounts ? (
            <p>New here? Ask an owner or admin of your organization for an invitation.</p>
          ) : (
            <p>
              New here?{" "}
              <Link to="/sign-up" search={{ invitation, returnTo }} className={identityLinkClassNames}>
                Create an account
              </Link>
            </p>
          )}
        </>
      }
    >
      <form
        noValidate
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          setWasSent(true);
          if (password === "" || checkIdentity({ email }).email) return;
          void enter(() => signIn({ email: email.trim(), password }));
        }}
      >
        {failure && (
          <Banner tone="bad" role="alert">
            {failure}
          </Banner>
        )}
        <TextField
          label="E-mail"
          type="email"
          autoComplete="username"
          value={email}
          onChange={setEmail}
          error={errors.email}
        />
        <TextField
          label="Password"
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={setPassword}
          error={passwordError}
        />
        <Button look="primary" type="submit" isBusy={isBusy} className="w-full">
          Sign in
        </Button>
      </form>
    </IdentityCard>
  );
}
