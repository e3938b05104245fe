/** A mail to one person. */
export interface Letter {
  /** For the log, which says nothing else of it. */
  readonly kind: "confirm-address" | "reset-password" | "invitation";
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** What is in a link's fragment reaches the page and no log. */
const linkTo = (publicUrl: string, path: string, token: string) => `${publicUrl}${path}#${token}`;

/** Names nobody: whoever signs up chooses the name, and the address of somebody else. */
export function confirmAddressLetter(publicUrl: string, to: string, token: string): Letter {
  return {
    kind: "confirm-address",
    to,
    subject: "Confirm your e-mail address",
    text: `An account at AI Config (${publicUrl}) was made with this address.

If it was you, confirm it here within a day:
${linkTo(publicUrl, "/confirm-address", token)}

If it was not you, ignore this mail.
`,
  };
}

export function resetPasswordLetter(publicUrl: string, to: string, token: string): Letter {
  return {
    kind: "reset-password",
    to,
    subject: "Choose a new password",
    text: `Somebody asked for a new password for your account at AI Config (${publicUrl}).

If it was you, choose one here within an hour:
${linkTo(publicUrl, "/reset-password", token)}

It signs you out everywhere. If it was not you, ignore this mail: your password stays as it is.
`,
  };
}

export interface Invited {
  readonly to: string;
  readonly organization: string;
  readonly by: { readonly name: string; readonly email: string };
  readonly url: string;
  readonly expiresAt: string;
}

export function invitationLetter({ to, organization, by, url, expiresAt }: Invited): Letter {
  const until = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(
    new Date(expiresAt),
  );
  return {
    kind: "invitation",
    to,
    subject: `Join ${organization} at AI Config`,
    text: `${by.name} (${by.email}) invites you to the organization "${organization}" at AI Config (${new URL(url).origin}).

Join it here until ${until}:
${url}

The link works once, for the account of ${to}. If you do not know who this is, ignore this mail.
`,
  };
}
