import { TOKEN_ACTIONS, type TokenAction } from "@ai-config/config-core";
import { useId, useRef, useState } from "react";
import type { Membership } from "../../data/use-me.ts";
import { useCreateToken } from "../../data/use-tokens.ts";
import { problemOf } from "../../lib/api-problem.ts";
import { describeRefusal } from "../../lib/describe-refusal.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { Checkbox } from "../../ui/checkbox.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Select } from "../../ui/select.tsx";
import { TextField } from "../../ui/text-field.tsx";
import { TokenShown } from "./token-shown.tsx";
import { LIFETIMES } from "./token-words.ts";

const ACTIONS = Object.entries(TOKEN_ACTIONS) as [TokenAction, { label: string; help: string }][];

/** Makes a token, and shows it this once. */
export function CreateTokenDialog({ organization, onClose }: { organization: Membership; onClose(): void }) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const create = useCreateToken();
  const [name, setName] = useState("");
  const [days, setDays] = useState("90");
  const [chosen, setChosen] = useState<ReadonlySet<TokenAction>>(new Set(["effective:read"]));
  if (create.data) return <TokenShown token={create.data} onClose={onClose} />;

  const problem = create.error ? problemOf(create.error) : undefined;
  const nameIssue =
    problem?.issues.find(({ path }) => path === "name")?.message ??
    (problem?.code === "TOKEN_EXISTS" ? problem.message : undefined);
  const choose = (action: TokenAction, isChosen: boolean) => {
    const next = new Set(chosen);
    if (isChosen) next.add(action);
    else next.delete(action);
    setChosen(next);
  };
  const submit = () => {
    create.mutate(
      { organizationId: organization.id, name, actions: [...chosen], days: Number(days) },
      { onError: () => input.current?.focus() },
    );
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title="New service token"
      description={`For an app or worker of yours that calls this API. It can act in ${organization.name} and nowhere else.`}
      initialFocus={input}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            isBusy={create.isPending}
            disabled={chosen.size === 0 || name.trim() === ""}
            onClick={submit}
          >
            Make token
          </Button>
        </>
      }
    >
      {problem && nameIssue === undefined && (
        <div className="mb-4">
          <Banner tone="bad" role="alert">
            {describeRefusal(problem)}
          </Banner>
        </div>
      )}
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!create.isPending && chosen.size > 0 && name.trim() !== "") submit();
        }}
      >
        <TextField
          ref={input}
          label="Name"
          hint="The app it is for. The audit log shows it beside everything that is done with it."
          autoComplete="off"
          maxLength={80}
          value={name}
          onChange={setName}
          error={nameIssue}
        />
        <div className="mt-4">
          <span id={`${id}-days`} className="mb-1.5 block font-medium text-[0.8125rem]">
            Ends after
          </span>
          <Select
            id={`${id}-select`}
            labelledBy={`${id}-days`}
            value={days}
            options={LIFETIMES}
            onChange={setDays}
          />
        </div>
        <fieldset className="mt-4">
          <legend className="mb-1 font-medium text-[0.8125rem]">It may</legend>
          {ACTIONS.map(([action, { label, help }]) => (
            <Checkbox
              key={action}
              label={label}
              hint={help}
              isChecked={chosen.has(action)}
              onChange={(isChosen) => choose(action, isChosen)}
            />
          ))}
        </fieldset>
      </form>
    </Dialog>
  );
}
