import { Building2 } from "lucide-react";
import { useState } from "react";
import { mayEdit } from "../../data/use-current-organization.ts";
import type { Membership } from "../../data/use-me.ts";
import { useSetDefaultOrganization } from "../../data/use-organization-settings.ts";
import { problemOf } from "../../lib/api-problem.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Chip } from "../../ui/chip.tsx";
import { showToast } from "../../ui/toast.tsx";
import { DeleteOrganizationDialog } from "./delete-organization-dialog.tsx";
import { refusalWords } from "./refusal-words.ts";
import { RenameForm } from "./rename-form.tsx";

/** The organization itself: its name, whether it is the reader's default, and its end. */
export function OrganizationCard({ organization }: { organization: Membership }) {
  const [isDeleting, setIsDeleting] = useState(false);
  return (
    <Card id="organization" title="Organization" icon={Building2}>
      {mayEdit(organization.role) && (
        <div className="border-line border-t px-4 py-4 sm:px-5">
          <RenameForm key={organization.name} organization={organization} />
        </div>
      )}
      <DefaultRow organization={organization} />
      {organization.role === "owner" && (
        <div className="flex flex-wrap items-center gap-x-6 gap-y-3 border-line border-t px-4 py-4 sm:px-5">
          <div className="min-w-0 flex-1 basis-60">
            <h3 className="font-medium">Delete organization</h3>
            <p className="text-[0.8125rem] text-muted">
              For everybody, with its settings, keys and policy. It cannot be undone.
            </p>
          </div>
          <Button look="danger" onClick={() => setIsDeleting(true)}>
            Delete organization
          </Button>
        </div>
      )}
      {isDeleting && (
        <DeleteOrganizationDialog organization={organization} onClose={() => setIsDeleting(false)} />
      )}
    </Card>
  );
}

function DefaultRow({ organization }: { organization: Membership }) {
  const setDefault = useSetDefaultOrganization();
  const submit = async () => {
    try {
      await setDefault.mutateAsync({ organizationId: organization.id });
    } catch (error) {
      showToast({ kind: "error", title: "Default not changed", description: refusalWords(problemOf(error)) });
      return;
    }
    showToast({ title: `${organization.name} is your default now` });
  };
  return (
    <div className="flex flex-wrap items-center gap-x-6 gap-y-3 border-line border-t px-4 py-4 sm:px-5">
      <div className="min-w-0 flex-1 basis-60">
        <h3 className="font-medium">Default organization</h3>
        <p className="text-[0.8125rem] text-muted">
          The settings and keys of your default organization apply to you where an app names none.
        </p>
      </div>
      {organization.isDefault ? (
        <Chip tone="good">Your default</Chip>
      ) : (
        <Button isBusy={setDefault.isPending} onClick={() => void submit()}>
          Make it my default
        </Button>
      )}
    </div>
  );
}
