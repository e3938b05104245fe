import { Building2 } from "lucide-react";
import { useState } from "react";
import { useCreateOrganization } from "../data/use-create-organization.ts";
import { problemOf } from "../lib/api-problem.ts";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { TextField } from "../ui/text-field.tsx";

/** The organization level of someone who belongs to none, with the way to found one. */
export function NoOrganization() {
  const [name, setName] = useState("");
  const [missing, setMissing] = useState(false);
  const create = useCreateOrganization();
  const error = missing ? "Enter a name." : create.error ? problemOf(create.error).message : undefined;
  return (
    <EmptyState
      icon={Building2}
      title="You do not belong to an organization"
      action={
        <form
          noValidate
          className="w-72 max-w-full text-left"
          onSubmit={(event) => {
            event.preventDefault();
            setMissing(name.trim() === "");
            if (name.trim() !== "") create.mutate({ name: name.trim() });
          }}
        >
          <TextField
            label="Organization name"
            value={name}
            onChange={setName}
            error={error}
            maxLength={100}
            autoComplete="organization"
          />
          <Button look="primary" type="submit" isBusy={create.isPending} className="mt-3 w-full">
            Create organization
          </Button>
        </form>
      }
    >
      An organization gives its members shared settings, which each of them can still set differently.
    </EmptyState>
  );
}
