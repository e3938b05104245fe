import { lifecycleAt } from "@ai-config/config-core";
import { Boxes } from "lucide-react";
import type { Model } from "../../data/use-models.ts";
import { Card } from "../../ui/card.tsx";
import { Checkbox } from "../../ui/checkbox.tsx";
import { Chip } from "../../ui/chip.tsx";
import { EntryNotes } from "./entry-notes.tsx";
import type { EntryState } from "./entry-state.ts";
import { controlIdOf, MODELS_KEY } from "./policy-draft.ts";

interface ModelsCardProps {
  state: EntryState;
  models: Record<string, Model>;
  isReadOnly: boolean;
  onChange(key: string, ids: readonly string[] | undefined): void;
}

/** Which models members may use; none ticked is every one. */
export function ModelsCard({ state, models, isReadOnly, onChange }: ModelsCardProps) {
  const allowed = (state.value as readonly string[] | undefined) ?? [];
  // What is stored can always be seen and unticked, even after the catalogue has dropped it.
  const unknown = allowed.filter((id) => models[id] === undefined);
  const choices = [
    ...Object.values(models).map(({ id, displayName }) => ({ id, label: displayName })),
    ...unknown.map((id) => ({ id, label: id })),
  ];
  const shown = isReadOnly && allowed.length > 0 ? choices.filter(({ id }) => allowed.includes(id)) : choices;
  const toggle = (id: string, isAllowed: boolean) => {
    const next = choices
      .map((choice) => choice.id)
      .filter((each) => (each === id ? isAllowed : allowed.includes(each)));
    onChange(MODELS_KEY, next.length === 0 ? undefined : next);
  };
  const id = controlIdOf(MODELS_KEY);
  return (
    <Card
      id={MODELS_KEY}
      title="Allowed models"
      description="Which models members may use. With none ticked they may use all of them."
      icon={Boxes}
      action={state.isEdited && <Chip tone="accent">Edited</Chip>}
    >
      <div className="relative border-line border-t px-4 py-4 sm:px-5">
        {state.isEdited && <span aria-hidden className="absolute inset-y-0 left-0 w-0.5 bg-accent" />}
        <p id={`${id}-count`} role="status" className="font-medium text-[0.8125rem]">
          {allowed.length === 0
            ? "All models are allowed."
            : `${allowed.length} of ${choices.length} models ${allowed.length === 1 ? "is" : "are"} allowed.`}
        </p>
        {isReadOnly ? (
          allowed.length > 0 && (
            <ul className="mt-2 flex flex-wrap gap-1">
              {shown.map((choice) => (
                <li key={choice.id}>
                  <Chip>{choice.label}</Chip>
                </li>
              ))}
            </ul>
          )
        ) : (
          <fieldset
            id={id}
            tabIndex={-1}
            aria-labelledby={`${MODELS_KEY}-title`}
            aria-describedby={`${id}-count ${id}-issues`}
            className="mt-2 grid gap-x-6 gap-y-1 sm:grid-cols-2 xl:grid-cols-3"
          >
            {choices.map((choice) => (
              <Checkbox
                key={choice.id}
                label={choice.label}
                hint={hintOf(choice.id, models)}
                isChecked={allowed.includes(choice.id)}
                onChange={(isChecked) => toggle(choice.id, isChecked)}
              />
            ))}
          </fieldset>
        )}
        <EntryNotes id={id} state={state} />
      </div>
    </Card>
  );
}

function hintOf(id: string, models: Record<string, Model>): string {
  const status = lifecycleAt(id, new Date(), models);
  if (status === undefined) return "Not in the catalogue";
  return status.state === "retired" ? `${id} · retired` : id;
}
