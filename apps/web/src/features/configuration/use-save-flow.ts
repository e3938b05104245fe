import { FIELDS, type Issue } from "@ai-config/config-core";
import { useCallback, useState } from "react";
import type { Owner } from "../../data/owner.ts";
import { type ConfigurationUpdates, useSaveConfiguration } from "../../data/use-save-configuration.ts";
import { problemOf } from "../../lib/api-problem.ts";
import { patchOf, undoPatchOf } from "../../settings/draft.ts";
import type { DraftControl } from "../../settings/use-draft.ts";
import { showToast } from "../../ui/toast.tsx";

interface SaveFlowInput {
  owner: Owner;
  organizationId?: string;
  control: DraftControl;
  /** What the row stores now: the state an undo goes back to. */
  stored: unknown;
}

/** Saving with everything that can come of it: done and undoable, refused per field, out of date, not reached. */
export function useSaveFlow({ owner, organizationId, control, stored }: SaveFlowInput) {
  const { save, reload, isSaving } = useSaveConfiguration(owner, organizationId);
  const [serverIssues, setServerIssues] = useState<readonly Issue[]>([]);
  const [failure, setFailure] = useState<string>();
  const [isStale, setIsStale] = useState(false);

  // Stable, as every row's edit goes through it.
  const forgetRefusal = useCallback(() => {
    setServerIssues((issues) => (issues.length === 0 ? issues : []));
    setFailure(undefined);
  }, []);

  const undo = async (updates: Record<string, unknown>, version: number) => {
    try {
      const result = await save({ updates: updates as ConfigurationUpdates, expectedVersion: version });
      control.rebase(result.version, version);
      showToast({ title: "Undone", description: "The earlier values are back." });
    } catch (error) {
      const problem = problemOf(error);
      const description =
        problem.code === "CONFIGURATION_STALE"
          ? "These settings have been changed again since."
          : problem.message;
      showToast({ kind: "error", title: "Not undone", description });
    }
  };

  const submit = async (note: string) => {
    forgetRefusal();
    const { entries, baseVersion } = control.draft;
    const undoPatch = undoPatchOf(entries, stored);
    try {
      const { version } = await save({
        updates: patchOf(entries) as ConfigurationUpdates,
        expectedVersion: baseVersion,
        reason: note === "" ? undefined : note,
      });
      control.settle(entries, version);
      showToast({
        title: "Saved",
        description: "In use from the next request on.",
        action: { label: "Undo", run: () => void undo(undoPatch, version) },
      });
    } catch (error) {
      const problem = problemOf(error);
      if (problem.code === "CONFIGURATION_STALE") return setIsStale(true);
      setServerIssues(problem.issues);
      const stray = problem.issues.filter((issue) => !FIELDS.some((field) => field.path === issue.path));
      if (problem.issues.length === 0 || stray.length > 0) {
        setFailure(stray.map((issue) => issue.message).join(" ") || problem.message);
      }
    }
  };

  return {
    isSaving,
    isStale,
    serverIssues,
    failure,
    submit,
    forgetRefusal,
    closeConflict: () => setIsStale(false),
    keepMine: async () => {
      setIsStale(false);
      control.rebase(await reload());
    },
    takeTheirs: async () => {
      setIsStale(false);
      control.discard();
      await reload();
    },
  };
}
