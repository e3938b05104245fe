import {
  compareLayers,
  type FieldDefinition,
  type FieldExplanation,
  type FieldRule,
  type FieldSource,
  imposeOnField,
  isLock,
  type LayerRef,
  type LayerSource,
  type Policy,
} from "@ai-config/config-core";
import { isSameValue } from "../../lib/path-value.ts";
import type { DraftEntry } from "../../settings/draft.ts";

/** Of rows with the same priority the youngest wins, and none is younger than one that is yet to be stored. */
const notYet = "9999-12-31T00:00:00Z";

const nothing: FieldSource = { value: undefined, source: "defaults", layer: { source: "defaults" } };

/** Which layer this page edits. */
export interface OwnLayer {
  source: Extract<LayerSource, "organization" | "user">;
  id?: string;
  configName: string;
  priority: number;
  /** Absent while the row is not stored. */
  createdAt?: string;
}

/** What an organization imposes on the fields of this page. */
export interface PolicyInForce {
  rules: Policy;
  /** The organization's name. */
  name: string;
}

/** Everything a row has to show about one field, with the draft already counted in. */
export interface FieldState {
  field: FieldDefinition;
  /** What the control shows. */
  value: unknown;
  /** What the stored layer itself holds; undefined where it inherits. */
  savedOwn: unknown;
  /** What was shown before any edit. */
  savedValue: unknown;
  isEdited: boolean;
  /** Edited here, and meanwhile saved differently elsewhere. */
  isContested: boolean;
  isSetHere: boolean;
  /** Set here to what would be inherited anyway. */
  isRedundant: boolean;
  /** What would be inherited; its value is undefined where that is nothing. */
  inherited: FieldSource;
  /** What a reset would give: what is inherited, within the policy. */
  resetValue: unknown;
  /** The source that decides now; its value is undefined where no source has one. */
  winner: FieldSource;
  /** Set here, or possible here, but something stronger decides. */
  overruledBy?: FieldSource;
  /** Every source with a value, strongest first. */
  chain: readonly FieldSource[];
  /** What the policy says about the field, whether or not it changes the value. */
  rule?: FieldRule;
  /** The policy decides alone: nothing can be set here. */
  isLocked: boolean;
  /** What the policy does to the value, in words. */
  imposed?: FieldExplanation["imposed"];
}

/** Works out how one field stands at one level. `seen` is what was shown when its edit began. */
export function fieldStateOf(
  field: FieldDefinition,
  explanation: FieldExplanation,
  own: OwnLayer,
  entry?: DraftEntry,
  seen?: unknown,
  policy?: PolicyInForce,
): FieldState {
  // The policy is applied anew below: the draft may change what it does.
  const saved = [explanation, ...explanation.hidden].filter(
    (item) => isSaid(item) && item.source !== "policy",
  );
  // Keys are stored apart from the rows, so for them the source alone says whose they are.
  const ownSource = saved.find((item) => (field.writable ? isOwn(item, own) : item.source === own.source));
  const others = saved.filter((item) => item !== ownSource);
  const ownRef = refOf(own);
  const isStronger = (item: FieldSource) => compareLayers(item.layer, ownRef) > 0;
  const above = others.filter(isStronger);
  const below = others.filter((item) => !isStronger(item));
  const inherited = below[0] ?? nothing;

  const isSetHere = entry ? entry.mode === "set" : ownSource !== undefined;
  const ownValue = entry?.mode === "set" ? entry.value : ownSource?.value;
  const mine: FieldSource[] = isSetHere
    ? [{ value: ownValue, source: own.source, layer: ownSource?.layer ?? ownRef }]
    : [];
  const rule = policy?.rules.fields?.[field.path];
  const isLocked = rule !== undefined && isLock(rule);
  const [chain, imposed] = impose(field, [...above, ...mine, ...below], policy);
  const winner = chain[0] ?? inherited;
  const savedValue = ownSource ? ownSource.value : explanation.value;
  return {
    field,
    value: isSetHere && !isLocked ? ownValue : winner.value,
    savedOwn: ownSource?.value,
    savedValue,
    isEdited: entry !== undefined,
    isContested: entry !== undefined && seen !== undefined && !isSameValue(seen, savedValue ?? null),
    isSetHere,
    isRedundant: isSetHere && isSameValue(ownValue, inherited.value),
    inherited,
    resetValue: impose(field, [...above, ...below], policy)[0][0]?.value,
    winner,
    overruledBy: imposed ? chain[0] : above[0],
    chain,
    rule,
    isLocked,
    imposed,
  };
}

/** Puts the policy above the other sources, where it changes what they give. */
function impose(
  { path }: FieldDefinition,
  sources: readonly FieldSource[],
  policy: PolicyInForce | undefined,
): [chain: readonly FieldSource[], imposed?: FieldExplanation["imposed"]] {
  if (!policy) return [sources];
  const [top = nothing, ...hidden] = sources;
  const by: LayerRef = { source: "policy", name: policy.name };
  const { imposed, value, source, layer } = imposeOnField(path, { ...top, hidden }, policy.rules, by);
  return imposed ? [[{ value, source, layer }, ...sources], imposed] : [sources];
}

/**
 * The wish behind a control's new value. To empty a control that a reset would leave empty is to reset it; where
 * something would be inherited instead, an empty list is a value of its own and an empty number is to be filled in.
 */
export function entryOf({ field, inherited }: FieldState, value: unknown): DraftEntry {
  // An empty budget still says that there is to be one.
  const canBeEmpty = field.type !== "choice_or_integer";
  const isEmpty = value === null || (Array.isArray(value) && value.length === 0);
  return canBeEmpty && isEmpty && inherited.value === undefined
    ? { mode: "inherit" }
    : { mode: "set", value };
}

/** Whether this layer itself holds the field. Keys do not count: they are kept apart from the layer. */
export function isOverride(state: FieldState): boolean {
  return state.isSetHere && state.field.writable;
}

/** How many fields the layer itself holds. */
export function countOverrides(states: readonly FieldState[]): number {
  return states.filter(isOverride).length;
}

/** The defaults name every field, with no value for those that are absent unless someone sets them. */
function isSaid(item: FieldSource): boolean {
  return item.value !== undefined;
}

function isOwn(item: FieldSource, own: OwnLayer): boolean {
  if (item.source !== own.source) return false;
  return own.id !== undefined && item.layer.id !== undefined
    ? item.layer.id === own.id
    : item.layer.name === own.configName;
}

function refOf({ source, id, configName: name, priority, createdAt = notYet }: OwnLayer): LayerRef {
  return { source, id, name, priority, createdAt };
}
