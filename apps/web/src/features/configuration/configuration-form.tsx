import { FIELDS, type Issue, SECTIONS, type Warning } from "@ai-config/config-core";
import { useCallback, useMemo, useState } from "react";
import { flushSync } from "react-dom";
import { editedConfigName, type Level, type Owner } from "../../data/owner.ts";
import type { ConfigurationSummary } from "../../data/use-configurations.ts";
import type { EffectiveConfiguration } from "../../data/use-effective-configuration.ts";
import { useModels } from "../../data/use-models.ts";
import { ConflictDialog } from "../../settings/conflict-dialog.tsx";
import type { DraftEntry } from "../../settings/draft.ts";
import { matchesSearch } from "../../settings/field-filter.ts";
import { FilterBar } from "../../settings/filter-bar.tsx";
import { LeaveGuard } from "../../settings/leave-guard.tsx";
import { NoMatch } from "../../settings/no-match.tsx";
import { SaveBar } from "../../settings/save-bar.tsx";
import { SectionCard } from "../../settings/section-card.tsx";
import { SectionList } from "../../settings/section-list.tsx";
import { useDraft } from "../../settings/use-draft.ts";
import { useSaveBarSpace } from "../../settings/use-save-bar-space.ts";
import { useSaveShortcut } from "../../settings/use-save-shortcut.ts";
import { TEST_CALL } from "../test-call/test-call-words.ts";
import { answeringModel } from "./answering-model.ts";
import { checkDraft, draftWarnings } from "./check-draft.ts";
import { ConfigurationNotices } from "./configuration-notices.tsx";
import { controlIdOf, FieldRow } from "./field-row.tsx";
import { countOverrides, type FieldState, isOverride, type OwnLayer } from "./field-state.ts";
import { useDeepLink } from "./use-deep-link.ts";
import { policyInForce, useFieldStates } from "./use-field-states.ts";
import { useSaveFlow } from "./use-save-flow.ts";

export interface ConfigurationFormProps {
  level: Level;
  owner: Owner;
  organizationId?: string;
  draftKey: string;
  effective: EffectiveConfiguration;
  rows: readonly ConfigurationSummary[];
  names: { user: string; organization?: string };
  /** Whether what is saved here is judged by the policy that is shown, and not by another organization's. */
  isHeldToPolicy: boolean;
  isReadOnly: boolean;
}

/** Every field of one level, with one draft and one way to save it. */
export function ConfigurationForm(props: ConfigurationFormProps) {
  const { level, owner, organizationId, draftKey, effective, rows, names, isHeldToPolicy, isReadOnly } =
    props;
  const row = rows.find((candidate) => candidate.configName === editedConfigName);
  const own: OwnLayer = {
    source: owner.type,
    id: row?.id,
    configName: editedConfigName,
    priority: row?.priority ?? 0,
    createdAt: row?.createdAt,
  };
  const models = useModels();
  const control = useDraft(draftKey, row?.version ?? 0);
  const { draft, change } = control;
  const states = useFieldStates(effective, own, draft);
  const saving = useSaveFlow({ owner, organizationId, control, stored: row?.configuration });
  const [search, setSearch] = useState("");
  const [onlyOverrides, setOnlyOverrides] = useState(false);

  const stored = row?.configuration;
  const draftIssues = useMemo(() => {
    const policy = isHeldToPolicy ? policyInForce(effective) : undefined;
    return checkDraft(draft, states, { saved: effective.configuration, models, stored, policy });
  }, [draft, states, effective, models, stored, isHeldToPolicy]);
  const issueByPath = new Map<string, Issue>();
  for (const issue of [...draftIssues, ...saving.serverIssues]) {
    if (!issueByPath.has(issue.path)) issueByPath.set(issue.path, issue);
  }

  const changeCount = Object.keys(draft.entries).length;
  const warnings = useMemo(
    (): readonly Warning[] =>
      changeCount === 0
        ? effective.warnings
        : draftWarnings(states, effective.configuration, {
            models,
            date: new Date(effective.resolvedAt),
            policy: policyInForce(effective)?.rules,
          }),
    [changeCount, states, effective, models],
  );
  const warningsByPath = Map.groupBy(warnings, (warning) => warning.path as string);

  const rules = policyInForce(effective)?.rules;
  const isReplaced = states.find(({ field }) => field.path === "model.onRetiredModel")?.value !== "fail";
  const answering = useCallback(
    (id: string) =>
      answeringModel(id, { models, date: new Date(effective.resolvedAt), isReplaced, policy: rules }),
    [models, effective.resolvedAt, isReplaced, rules],
  );

  const { forgetRefusal } = saving;
  const edit = useCallback(
    (state: FieldState, entry: DraftEntry) => {
      forgetRefusal();
      change(state.field.path, entry, { own: state.savedOwn, shown: state.savedValue });
    },
    [change, forgetRefusal],
  );

  const showEverything = useCallback(() => {
    setSearch("");
    setOnlyOverrides(false);
  }, []);
  const target = useDeepLink(showEverything);
  useSaveShortcut();

  const leadTo = (path: string) => {
    flushSync(showEverything);
    document.getElementById(controlIdOf(path))?.focus();
  };
  const save = (note: string) => {
    const first = FIELDS.find((field) => draftIssues.some((issue) => issue.path === field.path));
    if (first) leadTo(first.path);
    else void saving.submit(note);
  };

  const overrideCount = countOverrides(states);
  const visible = states.filter(
    (state) => matchesSearch(state.field, search) && (!onlyOverrides || isOverride(state) || state.isEdited),
  );
  const sections = SECTIONS.map((section) => ({
    ...section,
    states: visible.filter((state) => state.field.section === section.name),
  })).filter((section) => section.states.length > 0);
  useSaveBarSpace(changeCount > 0);

  return (
    <>
      <ConfigurationNotices
        owner={owner}
        effective={effective}
        row={row}
        isReadOnly={isReadOnly}
        organization={names.organization}
        onChooseModel={() => leadTo("model.model")}
      />
      <div className="grid gap-8 xl:grid-cols-[minmax(0,1fr)_11.5rem]">
        <div className="min-w-0">
          <FilterBar
            search={search}
            onSearch={setSearch}
            onlyWord="overrides"
            isOnly={onlyOverrides}
            onOnly={setOnlyOverrides}
            onlyCount={overrideCount}
            matchCount={search.trim() !== "" || onlyOverrides ? visible.length : undefined}
          />
          <div className="space-y-5">
            {sections.map((section) => (
              <SectionCard key={section.name} {...section}>
                {section.states.map((state) => (
                  <FieldRow
                    key={state.field.path}
                    state={state}
                    issue={issueByPath.get(state.field.path)}
                    problem={effective.problems.find((problem) => problem.path === state.field.path)}
                    warnings={warningsByPath.get(state.field.path)}
                    models={models}
                    level={level}
                    ownSource={own.source}
                    names={names}
                    allowedModels={effective.policy?.allowedModels}
                    answering={answering}
                    isReadOnly={isReadOnly}
                    isTarget={target === state.field.path}
                    onEdit={edit}
                  />
                ))}
              </SectionCard>
            ))}
          </div>
          {sections.length === 0 && (
            <NoMatch
              text={
                onlyOverrides && search.trim() === ""
                  ? "Nothing is set at this level: every value is inherited."
                  : "No setting matches."
              }
              onShowAll={showEverything}
            />
          )}
        </div>
        <div className="hidden xl:block">
          <div className="sticky top-20">
            <SectionList
              to="/configuration"
              sections={[
                ...sections.map(({ name, title, states: shown }) => ({
                  name,
                  title,
                  mark: markOf(countOverrides(shown)),
                })),
                ...(level === "you" ? [TEST_CALL] : []),
              ]}
            />
          </div>
        </div>
      </div>
      {changeCount > 0 && (
        <SaveBar
          changeCount={changeCount}
          issueCount={issueByPath.size}
          isSaving={saving.isSaving}
          wasRestored={control.wasRestored}
          failure={saving.failure}
          onDiscard={() => {
            forgetRefusal();
            control.discard();
          }}
          onSave={save}
        />
      )}
      <ConflictDialog
        isOpen={saving.isStale}
        changeCount={changeCount}
        onKeepMine={() => void saving.keepMine()}
        onTakeTheirs={() => void saving.takeTheirs()}
        onClose={saving.closeConflict}
      />
      <LeaveGuard isDirty={changeCount > 0} onDiscard={control.discard} />
    </>
  );
}

function markOf(count: number): string | undefined {
  return count === 0 ? undefined : `${count} set`;
}
