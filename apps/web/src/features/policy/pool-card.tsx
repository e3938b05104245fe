import type { PolicyPool } from "@ai-config/config-core";
import { UsersRound } from "lucide-react";
import { numberBounds } from "../../settings/field-control.tsx";
import { policyText } from "../../settings/policy-words.ts";
import { POOL_FIELDS } from "../../settings/pool-fields.ts";
import { Card } from "../../ui/card.tsx";
import { NumberField } from "../../ui/number-field.tsx";
import type { EntryState } from "./entry-state.ts";
import { controlIdOf, poolKey } from "./policy-draft.ts";
import { PolicyRow } from "./policy-row.tsx";

interface PoolCardProps {
  names: readonly (keyof PolicyPool)[];
  stateOf(key: string): EntryState;
  isReadOnly: boolean;
  onChange(key: string, value: number | undefined): void;
}

/** The limits that all members share. */
export function PoolCard({ names, stateOf, isReadOnly, onChange }: PoolCardProps) {
  return (
    <Card
      id="pool"
      title="Shared limits"
      description="Budgets and limits of all members together, beside what each has alone. They are stored now and enforced by governed calls. Calls made by other means are not stopped."
      icon={UsersRound}
    >
      {POOL_FIELDS.filter(({ name }) => names.includes(name)).map(({ name, label, help, field }) => {
        const key = poolKey(name);
        const id = controlIdOf(key);
        const state = stateOf(key);
        return (
          <PolicyRow key={name} id={id} label={label} help={help} state={state}>
            {isReadOnly ? (
              <output id={id} className="flex min-h-6 items-center">
                {policyText(key, state.value, String) ?? <span className="text-muted">No limit</span>}
              </output>
            ) : (
              <NumberField
                {...numberBounds(field)}
                id={id}
                label={label}
                value={typeof state.value === "number" ? state.value : null}
                placeholder="No limit"
                isInvalid={state.issues.length > 0}
                describedBy={`${id}-help ${id}-issues`}
                onChange={(value) => onChange(key, value ?? undefined)}
              />
            )}
          </PolicyRow>
        );
      })}
    </Card>
  );
}
