import type { Issue, Warning } from "@ai-config/config-core";
import { memo } from "react";
import type { Level } from "../../data/owner.ts";
import type { Model } from "../../data/use-models.ts";
import { classNames } from "../../lib/class-names.ts";
import type { DraftEntry } from "../../settings/draft.ts";
import { FieldControl } from "../../settings/field-control.tsx";
import { Capabilities } from "./capabilities.tsx";
import { DraftNotes } from "./draft-notes.tsx";
import { ExplainPopover } from "./explain-popover.tsx";
import { FieldHeading } from "./field-heading.tsx";
import { entryOf, type FieldState, type OwnLayer } from "./field-state.ts";
import { FieldWarning } from "./field-warning.tsx";
import { PolicyNote } from "./policy-note.tsx";
import { withinBounds } from "./policy-texts.ts";
import { Provenance } from "./provenance.tsx";

export interface FieldRowProps {
  state: FieldState;
  issue?: Issue;
  /** A stored value that was left out because it is not valid. */
  problem?: Issue;
  /** What the setting will not do. It blocks nothing. */
  warnings?: readonly Warning[];
  models: Record<string, Model>;
  level: Level;
  ownSource: OwnLayer["source"];
  names: { user: string; organization?: string };
  /** Ids of the models that the organization allows; undefined for all. */
  allowedModels?: readonly string[];
  /** The model that answers calls for one. */
  answering(id: string): Model | undefined;
  isReadOnly: boolean;
  isTarget: boolean;
  onEdit(state: FieldState, entry: DraftEntry): void;
}

const noWarnings: readonly Warning[] = [];

/** The id of a field's control, by which a person is led to it. */
export function controlIdOf(path: string): string {
  return `field-${path.replace(".", "-")}`;
}

/** One setting: what it is on the left; its value, its source and the way back on the right. */
export const FieldRow = memo(function FieldRow(props: FieldRowProps) {
  const { state, issue, problem, models, level, ownSource, names, onEdit } = props;
  const { field } = state;
  const id = controlIdOf(field.path);
  const isReadOnly = props.isReadOnly || !field.writable || state.isLocked;
  const isRuled = state.rule !== undefined || state.imposed !== undefined;
  const organization = names.organization ?? "Your organization";
  const hasFacts = field.control === "model";
  const chosen = String(state.imposed ? state.winner.value : state.value);
  const isWritten = field.control !== "secret" && field.control !== "readonly";
  // What has to be corrected comes first; what it would do is told once it is right.
  const warnings = issue ? noWarnings : (props.warnings ?? noWarnings);
  const isIdle = warnings.some(({ isDropped }) => isDropped);
  const describedBy = classNames(
    `${id}-help`,
    issue && `${id}-issue`,
    warnings.length > 0 && `${id}-warning`,
    isRuled && `${id}-policy`,
    isWritten && `${id}-source`,
  );
  return (
    <div
      id={field.path}
      data-edited={state.isEdited || undefined}
      className={classNames(
        "group relative grid gap-x-8 gap-y-2 border-line border-t px-4 py-4 transition-colors duration-700 sm:px-5 md:grid-cols-[minmax(0,1fr)_minmax(0,20.5rem)]",
        "last:rounded-b-xl",
        props.isTarget && "bg-accent-soft/60",
      )}
    >
      {state.isEdited && <span aria-hidden className="absolute inset-y-0 left-0 w-0.5 bg-accent" />}
      <FieldHeading id={id} state={state} isLabel={isWritten} />
      <div className={classNames("flex min-w-0 items-start gap-1.5", hasFacts && "md:row-span-2")}>
        <div className="min-w-0 flex-1">
          <div
            className={classNames(
              isIdle && "opacity-85 grayscale transition-opacity focus-within:opacity-100",
            )}
          >
            <FieldControl
              field={withinBounds(field, state.rule)}
              id={id}
              labelId={`${id}-label`}
              value={state.value}
              models={models}
              allowedModels={props.allowedModels}
              notAllowed={`Not allowed by ${organization}`}
              level={level}
              isMuted={!state.isSetHere || isIdle}
              isInvalid={issue !== undefined}
              isReadOnly={isReadOnly}
              describedBy={describedBy}
              onChange={(value) => onEdit(state, entryOf(state, value))}
            />
          </div>
          <DraftNotes
            id={id}
            state={state}
            issue={issue}
            models={models}
            onTakeBack={props.isReadOnly ? undefined : () => onEdit(state, savedEntryOf(state))}
          />
          {isRuled && (
            <PolicyNote
              id={`${id}-policy`}
              state={state}
              isRefused={issue?.code.startsWith("policy_") ?? false}
              organization={organization}
              models={models}
            />
          )}
          <FieldWarning id={`${id}-warning`} warnings={warnings} />
          {problem && <p className="mt-1 text-warn-ink text-xs">{problem.message}</p>}
          <div id={`${id}-source`}>
            <Provenance
              state={state}
              ownSource={ownSource}
              models={models}
              onReset={isReadOnly ? undefined : () => onEdit(state, { mode: "inherit" })}
            />
          </div>
        </div>
        <ExplainPopover
          state={state}
          models={models}
          names={names}
          isOrganizationLevel={level === "organization"}
        />
      </div>
      {hasFacts && <Capabilities chosen={models[chosen]} model={props.answering(chosen)} />}
    </div>
  );
});

/** The wish for what is already saved: it takes the field out of the draft. */
function savedEntryOf(state: FieldState): DraftEntry {
  return state.savedOwn === undefined ? { mode: "inherit" } : { mode: "set", value: state.savedOwn };
}
