import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { signUp, useSessionOptions } from "../../data/identity.ts";
import { classNames } from "../../lib/class-names.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button, buttonClassNames } from "../../ui/button.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { checkIdentity, shortestPassword } from "./check-identity.ts";
import { IdentityCard, identityLinkClassNames } from "./identity-card.tsx";
import { useEnter } from "./use-enter.ts";

const route = getRouteApi("/sign-up");
const blank = { name: "", email: "", password: "" };

/** Makes an account; with an invitation where sign-up is not open. */
export function SignUpPage() {
  const { invitation, returnTo } = route.useSearch();
  const options = useSessionOptions();
  const { enter, isBusy, failure } = useEnter(returnTo);
  const [input, setInput] = useState(blank);
  const [wasSent, setWasSent] = useState(false);
  const errors = wasSent ? checkIdentity(input) : {};
  const set = (change: Partial<typeof blank>) => setInput((current) => ({ ...current, ...change }));
  const needsInvitation = options.data?.signUp === "invitation" && !invitation;
  return (
    <IdentityCard
      title="Create an account"
      description={describe(invitation, options.data?.hasAccounts)}
      footer={
        !invitation && (
          <p>
            Already have an account?{" "}
            <Link to="/sign-in" search={{ returnTo }} className={identityLinkClassNames}>
              Sign in
            </Link>
          </p>
        )
      }
    >
      <form
        noValidate
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          setWasSent(true);
          if (Object.keys(checkIdentity(input)).length > 0) return;
          const { name, email, password } = input;
          void enter(() => signUp({ name: name.trim(), email: email.trim(), password, invitation }));
        }}
      >
        {failure && (
          <Banner tone="bad" role="alert">
            {failure}
          </Banner>
        )}
        {needsInvitation && !failure && (
          <Banner>
            Sign-up is by invitation here. Open the link of your invitation to create an account.
          </Banner>
        )}
        <TextField
          label="Name"
          autoComplete="name"
          value={input.name}
          onChange={(name) => set({ name })}
          error={errors.name}
        />
        <TextField
          label="E-mail"
          type="email"
          autoComplete="username"
          value={input.email}
          onChange={(email) => set({ email })}
          error={errors.email}
        />
        <TextField
          label="Password"
          type="password"
          autoComplete="new-password"
          hint={`At least ${shortestPassword} characters.`}
          value={input.password}
          onChange={(password) => set({ password })}
          error={errors.password}
        />
        <Button look="primary" type="submit" isBusy={isBusy} className="w-full">
          Create account
        </Button>
      </form>
      {invitation && (
        <Link
          to="/sign-in"
          search={{ invitation }}
          className={classNames(buttonClassNames("secondary"), "mt-3 w-full")}
        >
          I have an account: sign in
        </Link>
      )}
    </IdentityCard>
  );
}

function describe(invitation: string | undefined, hasAccounts: boolean | undefined): string {
  if (invitation) return "You were invited. With an account you can join the organization.";
  if (hasAccounts === false) return "This is the first account here.";
  return "It takes a name, an e-mail address and a password.";
}
