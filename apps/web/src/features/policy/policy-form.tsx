import type { Issue } from "@ai-config/config-core";
import { useEffect, useMemo, useState } from "react";
import { flushSync } from "react-dom";
import type { EffectiveConfiguration } from "../../data/use-effective-configuration.ts";
import { useModels } from "../../data/use-models.ts";
import type { StoredPolicy } from "../../data/use-policy.ts";
import { ConflictDialog } from "../../settings/conflict-dialog.tsx";
import { FilterBar } from "../../settings/filter-bar.tsx";
import { LeaveGuard } from "../../settings/leave-guard.tsx";
import { NoMatch } from "../../settings/no-match.tsx";
import { SaveBar } from "../../settings/save-bar.tsx";
import { useSaveBarSpace } from "../../settings/use-save-bar-space.ts";
import { useSaveShortcut } from "../../settings/use-save-shortcut.ts";
import { focusOn } from "./focus-on.ts";
import { keysOf, placeOf, plainPolicy } from "./policy-draft.ts";
import { PolicyParts } from "./policy-parts.tsx";
import { ReviewDialog } from "./review-dialog.tsx";
import { usePolicyDraft } from "./use-policy-draft.ts";
import { usePolicySave } from "./use-policy-save.ts";
import { visibleParts } from "./visible-parts.ts";

interface PolicyFormProps {
  organization: { id: string; name: string };
  draftKey: string;
  stored: StoredPolicy;
  effective: EffectiveConfiguration | undefined;
  isReadOnly: boolean;
}

/** A whole policy, with one draft and one way to save it. */
export function PolicyForm({ organization, draftKey, stored, effective, isReadOnly }: PolicyFormProps) {
  const models = useModels();
  const saved = useMemo(() => plainPolicy(stored.policy), [stored.policy]);
  const { control, policy, issues, change, stateOf } = usePolicyDraft({
    draftKey,
    saved,
    version: stored.version,
    models,
  });
  const { entries } = control.draft;
  const saving = usePolicySave({ organizationId: organization.id, control, saved, policy });
  const [search, setSearch] = useState("");
  const [isOnly, setIsOnly] = useState(isReadOnly);
  const [wasPressed, setWasPressed] = useState(false);
  const [isReviewing, setIsReviewing] = useState(false);

  const changeCount = Object.keys(entries).length;
  const shownIssues = [...(wasPressed ? issues : issues.filter((issue) => !isUnfinished(issue)))];
  shownIssues.push(...saving.serverIssues);
  const ruled = new Set([...keysOf(policy), ...Object.keys(entries)]);
  const parts = visibleParts({ search, isOnly, says: (key) => ruled.has(key) });

  const showEverything = () => {
    setSearch("");
    setIsOnly(false);
  };
  const leadTo = (issue: Issue) => {
    flushSync(showEverything);
    focusOn(issue.path);
  };
  const startOver = () => {
    setWasPressed(false);
    saving.forgetRefusal();
  };
  const review = () => {
    const [first] = issues;
    if (first === undefined) return setIsReviewing(true);
    setWasPressed(true);
    leadTo(first);
  };
  const [refused] = saving.serverIssues;
  useEffect(() => {
    if (!refused) return;
    // The review gives the focus back to its button as it closes; after that it is ours to lead.
    const frame = requestAnimationFrame(() => focusOn(refused.path));
    return () => cancelAnimationFrame(frame);
  }, [refused]);
  useSaveShortcut();
  useSaveBarSpace(changeCount > 0);

  return (
    <>
      <FilterBar
        search={search}
        onSearch={setSearch}
        onlyWord="rules"
        isOnly={isOnly}
        onOnly={setIsOnly}
        onlyCount={ruled.size}
        matchCount={search.trim() !== "" || isOnly ? parts.count : undefined}
      />
      <PolicyParts
        parts={parts}
        ruled={ruled}
        effective={effective}
        models={models}
        allowedModels={policy.allowedModels}
        isReadOnly={isReadOnly}
        stateOf={(key) => stateOf(key, shownIssues)}
        onChange={(key, value) => {
          saving.forgetRefusal();
          change(key, value);
        }}
      />
      {parts.count === 0 && (
        <NoMatch
          text={isOnly && search.trim() === "" ? "Nothing is imposed." : "No setting matches."}
          onShowAll={showEverything}
        />
      )}
      {changeCount > 0 && !isReadOnly && (
        <SaveBar
          changeCount={changeCount}
          issueCount={new Set(shownIssues.map(({ path }) => placeOf(path).key)).size}
          isSaving={saving.isSaving}
          wasRestored={control.wasRestored}
          failure={isReviewing ? undefined : saving.failure}
          way="review"
          onDiscard={() => {
            startOver();
            control.discard();
          }}
          onSave={review}
        />
      )}
      {isReviewing && (
        <ReviewDialog
          organization={organization}
          saved={saved}
          policy={policy}
          entries={entries}
          models={models}
          isSaving={saving.isSaving}
          failure={saving.failure}
          onSave={async (reason) => {
            const isOver = await saving.submit(reason);
            if (isOver) setIsReviewing(false);
          }}
          onClose={() => setIsReviewing(false)}
        />
      )}
      <ConflictDialog
        isOpen={saving.isStale}
        changeCount={changeCount}
        onKeepMine={() => void saving.keepMine()}
        onTakeTheirs={() => void saving.takeTheirs()}
        onClose={saving.closeConflict}
      />
      <LeaveGuard isDirty={changeCount > 0 && !isReadOnly} onDiscard={control.discard} />
    </>
  );
}

/** Limits that were just chosen and have no number yet: nothing to complain about until they are to be saved. */
function isUnfinished({ path, code }: Issue): boolean {
  return code === "invalid_value" && path.startsWith("fields.") && placeOf(path).part === undefined;
}
