import type { FieldDefinition, FieldRule } from "@ai-config/config-core";
import type { Model } from "../../data/use-models.ts";
import { FieldControl } from "../../settings/field-control.tsx";

interface LockEditorProps {
  id: string;
  field: FieldDefinition;
  rule: FieldRule;
  models: Record<string, Model>;
  allowedModels: readonly string[] | undefined;
  isInvalid: boolean;
  onChange(rule: FieldRule): void;
}

/** The one value that everybody has. */
export function LockEditor({ id, field, rule, isInvalid, onChange, ...rest }: LockEditorProps) {
  return (
    <div>
      <label id={`${id}-lock-label`} htmlFor={`${id}-lock`} className="mb-1 block text-muted text-xs">
        <span className="sr-only">{field.label}: </span>Locked to
      </label>
      <FieldControl
        id={`${id}-lock`}
        labelId={`${id}-lock-label`}
        field={field}
        value={"lock" in rule ? rule.lock : undefined}
        models={rest.models}
        allowedModels={rest.allowedModels}
        notAllowed="Not among the allowed models"
        level="organization"
        isMuted={false}
        isInvalid={isInvalid}
        isReadOnly={false}
        describedBy={`${id}-issues`}
        onChange={(lock) => onChange({ lock })}
      />
    </div>
  );
}
