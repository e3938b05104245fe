import type { FieldDefinition } from "@ai-config/config-core";
import { Link } from "@tanstack/react-router";
import type { Model } from "../data/use-models.ts";
import { NumberField } from "../ui/number-field.tsx";
import { Select, type SelectOption } from "../ui/select.tsx";
import { Slider } from "../ui/slider.tsx";
import { Switch } from "../ui/switch.tsx";
import { PercentagesField } from "./percentages-field.tsx";
import { TextsField } from "./texts-field.tsx";
import { ThinkingField } from "./thinking-field.tsx";

export interface FieldControlProps {
  field: FieldDefinition;
  id: string;
  labelId: string;
  value: unknown;
  models: Record<string, Model>;
  /** Ids of the models that may be chosen; undefined for all. */
  allowedModels?: readonly string[] | undefined;
  /** Why the other models may not. */
  notAllowed?: string;
  level: "you" | "organization";
  isMuted: boolean;
  isInvalid: boolean;
  isReadOnly: boolean;
  describedBy?: string;
  onChange(value: unknown): void;
}

/** The control the registry asks for. */
export function FieldControl(props: FieldControlProps) {
  const { field, id, labelId, value, onChange, isReadOnly, ...rest } = props;
  const { isMuted, isInvalid, describedBy } = rest;
  const shared = { id, isMuted, isInvalid, isReadOnly, describedBy };
  const number = typeof value === "number" ? value : null;
  const text = typeof value === "string" ? value : null;
  const placeholder = value === undefined ? "Not set" : undefined;
  switch (field.control) {
    case "slider":
      return (
        <div className="flex items-center gap-2">
          <Slider
            label={field.label}
            value={number ?? field.min ?? 0}
            min={field.min ?? 0}
            max={field.max ?? 1}
            step={field.step ?? 0.1}
            isDisabled={isReadOnly}
            onChange={onChange}
            className="min-w-0 flex-1"
          />
          <NumberField
            {...shared}
            {...numberBounds(field)}
            value={number}
            placeholder={placeholder}
            onChange={onChange}
            className="w-32 shrink-0"
          />
        </div>
      );
    case "number":
      return (
        <NumberField
          {...shared}
          {...numberBounds(field)}
          value={number}
          placeholder={placeholder}
          onChange={onChange}
        />
      );
    case "select":
      return (
        <Select
          {...shared}
          labelledBy={labelId}
          value={text}
          options={field.options ?? []}
          onChange={onChange}
        />
      );
    case "model":
      return (
        <Select
          {...shared}
          labelledBy={labelId}
          value={text}
          options={modelOptions(props)}
          onChange={onChange}
        />
      );
    case "zone":
      return (
        <Select {...shared} labelledBy={labelId} value={text} options={zoneOptions()} onChange={onChange} />
      );
    case "switch":
      return <Switch {...shared} labelledBy={labelId} isOn={value === true} onChange={onChange} />;
    case "percentages":
      return (
        <PercentagesField
          {...shared}
          label={field.label}
          labelledBy={labelId}
          values={Array.isArray(value) ? (value as (number | null)[]) : []}
          maxItems={field.maxItems ?? 10}
          onChange={onChange}
        />
      );
    case "texts":
      return (
        <TextsField
          {...shared}
          label={field.label}
          labelledBy={labelId}
          values={Array.isArray(value) ? (value as string[]) : []}
          placeholder={placeholder}
          onChange={onChange}
        />
      );
    case "thinking":
      return (
        <ThinkingField {...shared} field={field} labelledBy={labelId} value={value} onChange={onChange} />
      );
    case "secret":
      return (
        <div className="flex min-h-9 items-center gap-3">
          <output aria-labelledby={labelId} className="min-w-0 truncate font-mono text-[0.8125rem]">
            {typeof value === "string" && value !== "" ? value : "Not set"}
          </output>
          <Link
            to="/keys"
            search={{ level: props.level }}
            className="ml-auto inline-flex min-h-6 items-center whitespace-nowrap font-medium text-[0.8125rem] text-accent-ink hover:underline"
          >
            Manage API keys
          </Link>
        </div>
      );
    case "readonly":
      return (
        <output aria-labelledby={labelId} className="flex min-h-9 items-center tabular-nums">
          {value === undefined || value === null ? "Not set" : String(value)}
        </output>
      );
  }
}

/** Every zone this browser knows. Not all of them list UTC. */
function zoneOptions(): SelectOption[] {
  const zones = new Set(["UTC", ...Intl.supportedValuesOf("timeZone")]);
  return [...zones].map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }));
}

function modelOptions({ models, allowedModels, notAllowed }: FieldControlProps): SelectOption[] {
  return Object.values(models).map(({ id, displayName }) => {
    const isDisabled = allowedModels !== undefined && !allowedModels.includes(id);
    return { value: id, label: displayName, hint: isDisabled ? notAllowed : id, isDisabled };
  });
}

/** The bounds, the step and the unit of a number, as its control takes them. */
export function numberBounds(field: FieldDefinition) {
  const isMoney = field.unit === "USD";
  return {
    label: field.label,
    min: field.min ?? (field.exclusiveMin === undefined ? undefined : field.exclusiveMin),
    max: field.max,
    step: field.step ?? 1,
    prefix: isMoney ? "$" : undefined,
    unit: isMoney ? undefined : field.unit,
  };
}
