import type { FieldDefinition, FieldRule } from "@ai-config/config-core";
import type { Model } from "../../data/use-models.ts";
import { formatValue } from "../../settings/format-value.ts";
import { policyText } from "../../settings/policy-words.ts";
import { Select } from "../../ui/select.tsx";
import { BoundsEditor } from "./bounds-editor.tsx";
import type { EntryState } from "./entry-state.ts";
import { LockEditor } from "./lock-editor.tsx";
import { controlIdOf, ruleKey } from "./policy-draft.ts";
import { PolicyRow } from "./policy-row.tsx";
import { modeOf, modesFor, type RuleMode, ruleFor } from "./rule-mode.ts";

export interface RuleRowProps {
  field: FieldDefinition;
  state: EntryState;
  /** What the organization hands to its members before any policy. */
  handedOut: unknown;
  models: Record<string, Model>;
  allowedModels: readonly string[] | undefined;
  isReadOnly: boolean;
  onChange(key: string, rule: FieldRule | undefined): void;
}

/** What is imposed on one field: nothing, one value, or limits. */
export function RuleRow(props: RuleRowProps) {
  const { field, state, handedOut, models, isReadOnly, onChange } = props;
  const key = ruleKey(field.path);
  const id = controlIdOf(key);
  const rule = state.value as FieldRule | undefined;
  const mode = modeOf(rule);
  const isInvalid = state.issues.length > 0;
  const change = (next: FieldRule | undefined) => onChange(key, next);
  const modelName = (model: string) => models[model]?.displayName ?? model;
  const inherited = handedOut === undefined ? "nothing" : formatValue(field, handedOut, models);
  const fact = `Without a rule members inherit ${inherited}.`;
  return (
    <PolicyRow id={id} label={field.label} help={field.help} fact={fact} state={state}>
      {isReadOnly ? (
        <output id={id} className="block leading-6 first-letter:uppercase">
          {policyText(key, rule, modelName) ?? <span className="text-muted">No rule</span>}
        </output>
      ) : (
        <div className="space-y-2">
          <Select
            id={id}
            labelledBy={`${id}-label`}
            describedBy={`${id}-help ${id}-issues`}
            value={mode}
            options={modesFor(field)}
            isMuted={mode === "none"}
            isInvalid={isInvalid && state.issues.some(({ path }) => path === key)}
            onChange={(next) => {
              if (next !== mode) change(ruleFor(next as RuleMode, field, handedOut));
            }}
          />
          {rule !== undefined && mode === "lock" && (
            <LockEditor {...props} id={id} rule={rule} isInvalid={isInvalid} onChange={change} />
          )}
          {rule !== undefined && mode === "bounds" && (
            <BoundsEditor id={id} field={field} rule={rule} issues={state.issues} onChange={change} />
          )}
        </div>
      )}
    </PolicyRow>
  );
}
