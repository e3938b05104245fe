import { Boxes, ChevronRight } from "lucide-react";
import type { Model } from "../../data/use-models.ts";
import { Card } from "../../ui/card.tsx";
import { Checkbox } from "../../ui/checkbox.tsx";
import { Chip } from "../../ui/chip.tsx";
import { EntryNotes } from "./entry-notes.tsx";
import type { EntryState } from "./entry-state.ts";
import { type ModelChoice, modelChoices, withModel } from "./model-choices.ts";
import { controlIdOf, MODELS_KEY } from "./policy-draft.ts";

interface ModelsCardProps {
  state: EntryState;
  models: Record<string, Model>;
  isReadOnly: boolean;
  onChange(key: string, ids: readonly string[] | undefined): void;
}

const id = controlIdOf(MODELS_KEY);

/** Which models members may use; none ticked is every one. */
export function ModelsCard({ state, models, isReadOnly, onChange }: ModelsCardProps) {
  const allowed = (state.value as readonly string[] | undefined) ?? [];
  const { current, retired } = modelChoices(models, allowed, new Date());
  const [first] = allowed;
  const boxes = (choices: readonly ModelChoice[]) => (
    <div className="grid gap-x-6 gap-y-1 sm:grid-cols-2 xl:grid-cols-3">
      {choices.map((choice) => (
        <Checkbox
          key={choice.id}
          label={choice.label}
          hint={choice.hint}
          isChecked={allowed.includes(choice.id)}
          onChange={(isChecked) => {
            const next = withModel(allowed, choice.id, isChecked);
            onChange(MODELS_KEY, next.length === 0 ? undefined : next);
          }}
        />
      ))}
    </div>
  );
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
        <p id={`${id}-count`} role="status" className="text-[0.8125rem]">
          <strong className="font-medium">
            {countText(allowed.length, current.length + retired.length)}
          </strong>{" "}
          {first !== undefined && (
            <span className="text-muted">
              Where no level names one of them, {models[first]?.displayName ?? first} is used.
            </span>
          )}
        </p>
        {isReadOnly ? (
          <ul className="mt-2 flex flex-wrap gap-1 empty:hidden">
            {allowed.map((each) => (
              <li key={each}>
                <Chip>{models[each]?.displayName ?? each}</Chip>
              </li>
            ))}
          </ul>
        ) : (
          <fieldset
            id={id}
            tabIndex={-1}
            aria-labelledby={`${MODELS_KEY}-title`}
            aria-describedby={`${id}-count ${id}-issues`}
            className="mt-2"
          >
            {boxes(current)}
            {retired.length > 0 && (
              <details className="group mt-2" open={retired.some((choice) => allowed.includes(choice.id))}>
                <summary className="inline-flex min-h-6 cursor-default items-center gap-1 rounded font-medium text-muted text-xs hover:text-ink">
                  <ChevronRight aria-hidden className="size-3.5 transition-transform group-open:rotate-90" />
                  {retired.length} retired {retired.length === 1 ? "model" : "models"}
                </summary>
                <div className="mt-1">{boxes(retired)}</div>
              </details>
            )}
          </fieldset>
        )}
        <EntryNotes id={id} state={state} />
      </div>
    </Card>
  );
}

function countText(allowed: number, all: number): string {
  if (allowed === 0) return "All models are allowed.";
  return `${allowed} of ${all} models ${allowed === 1 ? "is" : "are"} allowed.`;
}
