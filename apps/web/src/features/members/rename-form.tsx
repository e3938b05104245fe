import { useRef, useState } from "react";
import type { Membership } from "../../data/use-me.ts";
import { useRenameOrganization } from "../../data/use-organization-settings.ts";
import { problemOf } from "../../lib/api-problem.ts";
import { Button } from "../../ui/button.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { showToast } from "../../ui/toast.tsx";
import { refusalWords } from "./refusal-words.ts";

/** Gives the organization another name. */
export function RenameForm({ organization }: { organization: Membership }) {
  const input = useRef<HTMLInputElement>(null);
  const rename = useRenameOrganization();
  const [name, setName] = useState(organization.name);
  const [error, setError] = useState<string>();
  const refuse = (words: string) => {
    setError(words);
    input.current?.focus();
  };
  const submit = async () => {
    const plain = name.trim();
    if (plain === "") return refuse("Enter a name.");
    setError(undefined);
    try {
      await rename.mutateAsync({ organizationId: organization.id, name: plain });
    } catch (failure) {
      return refuse(refusalWords(problemOf(failure)));
    }
    showToast({ title: "Renamed", description: `It is called ${plain} now.` });
  };
  return (
    <form
      noValidate
      aria-label="Rename organization"
      className="flex items-start gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (!rename.isPending) void submit();
      }}
    >
      <TextField
        ref={input}
        label="Name"
        value={name}
        onChange={setName}
        error={error}
        maxLength={120}
        autoComplete="off"
        className="min-w-0 flex-1 sm:max-w-sm"
      />
      <Button type="submit" isBusy={rename.isPending} className="mt-6">
        Rename
      </Button>
    </form>
  );
}
