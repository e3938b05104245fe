import { useId, useRef, useState } from "react";
import { useSessionOptions } from "../../data/identity.ts";
import { useInvite } from "../../data/use-invitations.ts";
import type { Membership } from "../../data/use-me.ts";
import { problemOf } from "../../lib/api-problem.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Select } from "../../ui/select.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { InvitationLink } from "./invitation-link.tsx";
import { refusalWords } from "./refusal-words.ts";
import { isRole, type Role, roleOptions, rolesToGive } from "./roles.ts";

/** Makes a link to join, and shows it this once. */
export function InviteDialog({ organization, onClose }: { organization: Membership; onClose(): void }) {
  const roleId = useId();
  const input = useRef<HTMLInputElement>(null);
  const invite = useInvite();
  const sendsMails = useSessionOptions().data?.sendsMails ?? false;
  const [role, setRole] = useState<Role>("member");
  const [email, setEmail] = useState("");
  if (invite.data) {
    const isUnsent = sendsMails && email.trim() !== "" && !invite.data.isMailed;
    return <InvitationLink link={invite.data} email={email.trim()} isUnsent={isUnsent} onClose={onClose} />;
  }

  const problem = invite.error ? problemOf(invite.error) : undefined;
  const emailIssue = problem?.issues.find(({ path }) => path === "email");
  const submit = () => {
    invite.mutate(
      { organizationId: organization.id, role, email: email.trim() || undefined },
      { onError: () => input.current?.focus() },
    );
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={`Invite to ${organization.name}`}
      description="You get a link to send. It lets one person in, within 7 days."
      initialFocus={input}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" isBusy={invite.isPending} onClick={submit}>
            Make link
          </Button>
        </>
      }
    >
      {problem && !emailIssue && (
        <div className="mb-4">
          <Banner tone="bad" role="alert">
            {refusalWords(problem)}
          </Banner>
        </div>
      )}
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!invite.isPending) submit();
        }}
      >
        <TextField
          ref={input}
          label="E-mail (optional)"
          hint={`Only the account with this address can then use the link. ${sendsMails ? "It is mailed there." : "Nothing is sent."}`}
          type="email"
          autoComplete="off"
          maxLength={320}
          value={email}
          onChange={setEmail}
          error={emailIssue?.message}
        />
        <div className="mt-4">
          <span id={`${roleId}-label`} className="mb-1.5 block font-medium text-[0.8125rem]">
            Role
          </span>
          <Select
            id={roleId}
            labelledBy={`${roleId}-label`}
            value={role}
            options={roleOptions(rolesToGive(organization.role))}
            onChange={(value) => {
              if (isRole(value)) setRole(value);
            }}
          />
        </div>
      </form>
    </Dialog>
  );
}
